//! ARN templates of resource types, and the IAM resource types with the same form of ARN.

use std::collections::BTreeMap;

use fancy_regex::Regex;

use super::Outcome;
use super::fetch::Packages;
use super::iam::IamFacts;

/// ARN templates by resource type, from the regular expressions of `arnmatch`.
pub fn templates(packages: &Packages) -> Outcome<BTreeMap<String, String>> {
    let source = packages.newest("arnmatch")?.text("arnmatch/arn_patterns.py")?;
    let line = Regex::new(r#"re\.compile\(r"\^(.*?)\$"\).*?'cfn': '([^']+)'"#)?;
    let group = Regex::new(r"\(\?P<(\w+)>.*?\)")?;
    let mut templates: BTreeMap<String, String> = BTreeMap::new();
    for text in source.lines() {
        let Some(found) = line.captures(text)? else { continue };
        let (pattern, resource_type) = (&found[1], &found[2]);
        // The groups hold no parentheses, so the first closing one ends a group.
        let template = group.replace_all(pattern, "$${$1}").replace('\\', "");
        // Of several patterns for one type the first is the general one.
        templates.entry(resource_type.to_owned()).or_insert(template);
    }
    if templates.is_empty() {
        return Err("arnmatch has no patterns any more in the form expected here".into());
    }
    Ok(templates)
}

/// IAM resource types by the form of their ARN.
pub struct Join<'a> {
    by_form: BTreeMap<String, Vec<(&'a str, &'a str)>>,
}

impl<'a> Join<'a> {
    /// Prepares the lookup.
    pub fn new(iam: &'a IamFacts) -> Self {
        let mut by_form: BTreeMap<String, Vec<(&str, &str)>> = BTreeMap::new();
        for (service, name, template) in iam.resource_types() {
            by_form.entry(form(template)).or_default().push((service, name));
        }
        Self { by_form }
    }

    /// The one IAM resource type with ARNs of this form. Several services may list one type; then the service in the ARN
    /// itself decides.
    pub fn find(&self, template: &str) -> Option<(&'a str, &'a str)> {
        let found = self.by_form.get(&form(template))?;
        if let [only] = found[..] {
            return Some(only);
        }
        let service = template.split(':').nth(2)?;
        match found.iter().filter(|(owner, _)| *owner == service).collect::<Vec<_>>()[..] {
            [only] => Some(*only),
            _ => None,
        }
    }
}

/// The template with the names of its variables left out.
pub fn form(template: &str) -> String {
    let mut form = String::new();
    let mut rest = template;
    while let Some((before, after)) = rest.split_once("${") {
        form.push_str(before);
        form.push_str("{}");
        rest = after.split_once('}').map_or("", |(_, rest)| rest);
    }
    form + rest
}
