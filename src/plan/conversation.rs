use crate::requests::Role;

/// Checks that roles make a conversation that a trainer accepts. Returns what is wrong with it.
pub(super) fn check(roles: &[Role]) -> Result<(), String> {
    let mut rest = roles;
    if let [Role::System, after @ ..] = rest {
        rest = after;
    }
    let mut expected = Role::User;
    for role in rest {
        if *role != expected {
            return Err(format!("the {role} speaks where the {expected} has to"));
        }
        expected = if expected == Role::User { Role::Assistant } else { Role::User };
    }
    match rest.last() {
        None => Err("it has no message".into()),
        Some(Role::Assistant) => Ok(()),
        Some(_) => Err("its last message is not the assistant's".into()),
    }
}
