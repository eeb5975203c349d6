//! `cleaninfra explain`: the page of an error code, by its number or the name that `#[allow]` has; and what a rule of the
//! standard library is for.

use std::fmt::Write as _;

use ci_base::{Code, did_you_mean};
use ci_project::{LibraryRule, library_rule, library_rules};

use crate::arguments::Explain;
use crate::markdown;
use crate::terminal::{Exit, Failure, Outcome, Terminal, print};

/// The pages by code, sorted.
static PAGES: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/pages.rs"));

pub(crate) fn run(terminal: &Terminal, arguments: &Explain) -> Outcome {
    let wanted = arguments.code.trim();
    // Names are written with underscores in sources, with hyphens in manifests.
    let Some(code) = Code::parse(wanted).or_else(|| Code::parse(&wanted.replace('_', "-"))) else {
        if let Some(rule) = library_rule(wanted) {
            print(&markdown::render(terminal, &page_of(&rule)))?;
            return Ok(Exit::Success);
        }
        let names = Code::ALL.iter().flat_map(|code| [code.number(), code.name()]);
        let names = names.chain(library_rules());
        let mut message = format!("there is no code or rule `{wanted}`");
        if let Some(near) = did_you_mean(wanted, names) {
            let _ = write!(message, "; did you mean `{near}`?");
        }
        return Err(Failure::usage(message));
    };
    let page = PAGES.binary_search_by_key(&code.number(), |(known, _)| known).ok().map(|at| PAGES[at].1);
    let text = if let Some(page) = page {
        markdown::render(terminal, page)
    } else {
        let title = terminal.bold(&format!("{code}: {}", code.name().replace('-', " ")));
        format!("{title}\n\nThis is the {} `{}`; it has no page yet.\n", code.severity(), code.name())
    };
    print(&text)?;
    Ok(Exit::Success)
}

/// The page of a rule.
fn page_of(rule: &LibraryRule) -> String {
    let LibraryRule { name, module, source } = rule;
    format!(
        "# {name}\n\nThis is a rule of `{module}`. Where it is meant otherwise: `#[allow({name}, reason = \"…\")]`; for a whole \
         project, `{name} = \"allow\"` under `[rules.levels]` of the manifest.\n\n```ci\n{source}\n```\n"
    )
}
