//! `cleaninfra explain`: the page of an error code.

use std::fmt::Write as _;

use ci_base::{Code, did_you_mean};

use crate::arguments::Explain;
use crate::markdown;
use crate::terminal::{Exit, Failure, Outcome, Terminal, print};

/// The pages by code, sorted.
static PAGES: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/pages.rs"));

pub(crate) fn run(terminal: &Terminal, arguments: &Explain) -> Outcome {
    let wanted = arguments.code.trim();
    let Some(code) = Code::parse(wanted) else {
        let names = Code::ALL.iter().flat_map(|code| [code.number(), code.name()]);
        let mut message = format!("there is no code `{wanted}`");
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
