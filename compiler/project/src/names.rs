//! Names of resources as people ask for them.
//!
//! Must not know: what is asked.

use ci_graph::{Place, Stack};

/// The resources that a name means, in order: a resource or what it is part of, with or without its service, as
/// `worker.function`, `worker` and `orders.worker`; where there is none, all of the service with this name.
pub(crate) fn named(stacks: &[&Stack], name: &str) -> Vec<Place> {
    let found = matching(stacks, |stack, path| has_name(stack, path, name));
    if found.is_empty() { matching(stacks, |stack, _| is_service(stack, name)) } else { found }
}

fn matching(stacks: &[&Stack], is_meant: impl Fn(&Stack, &str) -> bool) -> Vec<Place> {
    let mut found = Vec::new();
    for (at, stack) in stacks.iter().enumerate() {
        let meant = stack.resource_ids().filter(|(_, resource)| is_meant(stack, &resource.path));
        found.extend(meant.map(|(resource, _)| Place { stack: at, resource }));
    }
    found
}

fn has_name(stack: &Stack, path: &str, name: &str) -> bool {
    let begins = |path: &str, name: &str| {
        path.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    };
    let within_service = || {
        let (service, rest) = name.split_once('.')?;
        Some(is_service(stack, service) && begins(path, rest))
    };
    begins(path, name) || within_service().unwrap_or_default()
}

/// Stacks are named after the app, the environment and the service.
fn is_service(stack: &Stack, service: &str) -> bool {
    stack.name.strip_suffix(service).is_some_and(|before| before.is_empty() || before.ends_with('-'))
}
