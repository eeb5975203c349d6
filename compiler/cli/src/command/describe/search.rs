//! Resource types by words.

use ci_base::did_you_mean;

/// The types in whose names every word of `wanted` occurs, those whose own name is or begins with it first.
pub(super) fn types(wanted: &str) -> Vec<&'static str> {
    let words: Vec<String> = wanted
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty() && !word.eq_ignore_ascii_case("aws"))
        .map(str::to_ascii_lowercase)
        .collect();
    if words.is_empty() {
        return Vec::new();
    }
    let whole = words.concat();
    let mut found: Vec<(u8, &str)> = ci_catalog::resource_types()
        .filter_map(|name| {
            let lower = name.to_ascii_lowercase();
            let own = own_name(&lower);
            let rank = match () {
                () if own == whole => 0,
                () if own.starts_with(&whole) => 1,
                () if own.contains(&whole) => 2,
                () => 3,
            };
            words.iter().all(|word| lower.contains(word.as_str())).then_some((rank, name))
        })
        .collect();
    found.sort_unstable();
    found.into_iter().map(|(_, name)| name).collect()
}

/// The type that was probably meant: by its full name in either spelling, or by the part after the service.
pub(super) fn nearest(wanted: &str) -> Option<&'static str> {
    let wanted = wanted.to_ascii_lowercase();
    let names: Vec<(&str, String)> =
        ci_catalog::resource_types().map(|name| (name, name.to_ascii_lowercase())).collect();
    let by = |part: fn(&str) -> &str| {
        let near = did_you_mean(part(&wanted), names.iter().map(|(_, lower)| part(lower)))?;
        names.iter().find(|(_, lower)| part(lower) == near).map(|(name, _)| *name)
    };
    by(|name| name).or_else(|| by(own_name))
}

/// The last part of a type's name.
fn own_name(name: &str) -> &str {
    name.rsplit("::").next().unwrap_or(name)
}
