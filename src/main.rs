fn main() {
    for path in std::env::args().skip(1) {
        let mut sources = introspec::text::Sources::default();
        let id = sources.add(path.clone(), std::fs::read_to_string(&path).unwrap());
        let (tree, d) = introspec::tree::parse(sources.get(id).unwrap());
        println!("{} declarations {}", path, tree.declarations.len());
        print!("{}", introspec::diagnostic::render(&d, &sources, false, 120));
    }
}
