//! What the operating system holds a worker to, besides the interpreter. On systems without such limits the interpreter
//! and the clock remain.

/// The limits of this process.
#[cfg(unix)]
#[derive(Debug)]
pub(super) struct Confinement {
    /// What Linux tells of this process. It is opened before opening files is forbidden.
    status: Option<std::fs::File>,
    /// The most address space that this process may ask for.
    most: u64,
}

#[cfg(unix)]
impl Confinement {
    /// Forbids files, sockets, processes and core dumps from here on. A limit that the system does not know is left.
    pub(super) fn begin() -> Confinement {
        use rlimit::Resource;

        let status = std::fs::File::open("/proc/self/status").ok();
        for resource in [Resource::NOFILE, Resource::NPROC, Resource::FSIZE, Resource::CORE] {
            let _ = resource.set(0, 0);
        }
        Confinement { status, most: Resource::AS.get().map_or(rlimit::INFINITY, |(_, most)| most) }
    }

    /// Lets the process grow by so many bytes, beyond which its allocations fail.
    pub(super) fn limit_memory(&self, bytes: u64) {
        let _ = rlimit::Resource::AS.set(self.size().saturating_add(bytes).min(self.most), self.most);
    }

    pub(super) fn release_memory(&self) {
        let _ = rlimit::Resource::AS.set(self.most, self.most);
    }

    /// Returns the bytes of address space in use, or a bound where the system does not tell.
    fn size(&self) -> u64 {
        const BOUND: u64 = 2 << 30;

        self.kibibytes().map_or(BOUND, |kibibytes| kibibytes.saturating_mul(1024))
    }

    fn kibibytes(&self) -> Option<u64> {
        use std::os::unix::fs::FileExt as _;

        let mut text = [0; 4096];
        let read = self.status.as_ref()?.read_at(&mut text, 0).ok()?;
        let text = std::str::from_utf8(text.get(..read)?).ok()?;
        text.lines().find_map(|line| line.strip_prefix("VmSize:"))?.trim().strip_suffix(" kB")?.parse().ok()
    }
}

#[cfg(not(unix))]
#[derive(Debug)]
pub(super) struct Confinement {}

#[cfg(not(unix))]
impl Confinement {
    pub(super) fn begin() -> Confinement {
        Confinement {}
    }

    pub(super) fn limit_memory(&self, _bytes: u64) {}

    pub(super) fn release_memory(&self) {}
}
