//! What can be found out about data by counting: statistics and comparisons that the build's checks and the audit of
//! foreign files share. Everything here is pure and works on counts and texts alone.

pub(crate) mod balance;
pub(crate) mod independence;
pub(crate) mod near;
pub(crate) mod overlap;
pub(crate) mod ranks;
