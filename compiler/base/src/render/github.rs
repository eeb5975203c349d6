//! Findings as workflow commands, which GitHub shows beside the lines of a pull request.

use std::io::{self, Write};

use super::{Positions, Sources};
use crate::{Diagnostic, Severity};

/// Writes one `::error …::`, `::warning …::` or `::notice …::` line per finding.
pub fn github(diagnostics: &[Diagnostic], sources: &dyn Sources, writer: &mut dyn Write) -> io::Result<()> {
    let positions = Positions::new(sources);
    for diagnostic in diagnostics {
        let command = match diagnostic.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Note => "notice",
        };
        let span = diagnostic.primary.at;
        let (_, start, end) = positions.of(span);
        let file = property(positions.path(span));
        write!(writer, "::{command} file={file},line={},endLine={},", start.line, end.line)?;
        // GitHub reads columns only where the place lies on one line.
        if start.line == end.line {
            write!(writer, "col={},endColumn={},", start.column, end.column.max(start.column + 1))?;
        }
        let title = property(&format!("{} {}", diagnostic.code, diagnostic.code.name()));
        writeln!(writer, "title={title}::{}", message(diagnostic))?;
    }
    Ok(())
}

/// The message with everything a reader needs who sees nothing but it.
fn message(diagnostic: &Diagnostic) -> String {
    let mut text = diagnostic.message.clone();
    if !diagnostic.primary.text.is_empty() {
        text.push_str(": ");
        text.push_str(&diagnostic.primary.text);
    }
    for note in &diagnostic.notes {
        text.push_str("\nnote: ");
        text.push_str(note);
    }
    for help in diagnostic.help.iter().chain(diagnostic.fixes.iter().map(|fix| &fix.title)) {
        text.push_str("\nhelp: ");
        text.push_str(help);
    }
    data(&text)
}

/// Escapes the text of a workflow command.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// Escapes the value of a property of a workflow command.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
