//! Names of resources as people ask for them.
//!
//! Must not know: what is asked.

use ci_graph::Stack;

/// Whether a name is that of a resource or of what it is part of, with or without the service's: `path` is the resource's
/// own, `worker.function`; `worker` and `orders.worker` are names of it.
pub(crate) fn has_name(stack: &Stack, path: &str, name: &str) -> bool {
    let begins = |path: &str, name: &str| {
        path.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    };
    let within_service = || {
        let (service, rest) = name.split_once('.')?;
        let is_service =
            stack.name.strip_suffix(service).is_some_and(|before| before.is_empty() || before.ends_with('-'));
        Some(is_service && begins(path, rest))
    };
    begins(path, name) || within_service().unwrap_or_default()
}
