//! Findings for people, with the source around them. The only file that knows ariadne.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt;
use std::io::{self, Write};
use std::ops::Range;

use ariadne::{Cache, Color, Config, IndexType, Label, Report, ReportKind, Source};

use super::{Counts, Positions, Sources, clamp, labels};
use crate::{Code, Diagnostic, Edit, FileId, Fix, Severity, Span, TextRange};

/// Lines of more bytes are not shown: nobody finds a place in them, and a file that was made by a program and is one
/// line would be written again for each of its findings.
const LONGEST_LINE: usize = 1_000;

/// Writes `diagnostics` with the source lines they concern, then a line that counts them and one that says where to
/// read more. Nothing is written where there is no finding.
pub fn human(
    diagnostics: &[Diagnostic],
    sources: &dyn Sources,
    color: bool,
    writer: &mut dyn Write,
) -> io::Result<()> {
    let positions = Positions::new(sources);
    let secret = diagnostics.iter().filter(|diagnostic| diagnostic.code == Code::WrittenSecret);
    let hidden = secret.map(|diagnostic| diagnostic.primary.at).collect();
    let mut texts = Texts { sources, hidden, parsed: HashMap::new() };
    for diagnostic in diagnostics {
        let has_text = !sources.text(diagnostic.primary.at.file).is_empty();
        if !has_text || labels(diagnostic).any(|label| positions.longest_line(label.at) > LONGEST_LINE) {
            bare(diagnostic, &positions, writer)?;
        } else {
            let report = report(diagnostic, &positions, color);
            let mut text = Vec::new();
            report.write(&mut texts, &mut text)?;
            // ariadne colours the head of a report even when told not to.
            writer.write_all(&if color { text } else { plain(&text) })?;
        }
        writeln!(writer)?;
    }
    footer(diagnostics, writer)
}

/// The summary and where to read more.
fn footer(diagnostics: &[Diagnostic], writer: &mut dyn Write) -> io::Result<()> {
    let Some(worst) = diagnostics.iter().max_by(|a, b| {
        // The first of the worst: an earlier finding wins a tie.
        a.severity.cmp(&b.severity).then(std::cmp::Ordering::Greater)
    }) else {
        return Ok(());
    };
    writeln!(writer, "{}", Counts::of(diagnostics))?;
    writeln!(writer, "explain: cleaninfra explain {}", worst.code)
}

/// A finding about a file that has no text to show, because it is missing, unreadable or empty, or about lines that are
/// too long to be shown.
fn bare(diagnostic: &Diagnostic, positions: &Positions<'_>, writer: &mut dyn Write) -> io::Result<()> {
    let Diagnostic { code, severity, message, primary, .. } = diagnostic;
    writeln!(writer, "[{code}] {severity}: {}", printable(message))?;
    writeln!(writer, "  in {}", place(primary.at, positions))?;
    if !primary.text.is_empty() {
        writeln!(writer, "  {}", printable(&primary.text))?;
    }
    for label in &diagnostic.secondary {
        writeln!(writer, "  {}: {}", place(label.at, positions), printable(&label.text))?;
    }
    let notes = diagnostic.notes.iter().map(|note| ("note", note.clone()));
    let helps = helps(diagnostic, positions.sources).into_iter().map(|help| ("help", help));
    for (word, text) in notes.chain(helps) {
        writeln!(writer, "  {word}: {}", printable(&text))?;
    }
    Ok(())
}

/// A place in words: the file, and where in it if it has a text.
fn place(span: Span, positions: &Positions<'_>) -> String {
    let path = printable_path(positions.path(span));
    if positions.sources.text(span.file).is_empty() {
        return path;
    }
    let (_, start, _) = positions.of(span);
    format!("{path}:{}:{}", start.line, start.column)
}

/// The text with nothing in it that moves the cursor, changes colours or turns the direction of writing: what stands in
/// a file must not be able to write over what this program says about it. As many characters as before, and as many
/// lines: what only ariadne takes for the end of a line is replaced, too.
fn printable(text: &str) -> Cow<'_, str> {
    if !text.contains(|c| c == '\r' || is_harmful(c)) {
        return Cow::Borrowed(text);
    }
    let mut characters = text.chars().peekable();
    let mut printable = String::with_capacity(text.len());
    while let Some(c) = characters.next() {
        let alone = c == '\r' && characters.peek() != Some(&'\n');
        printable.push(if alone || is_harmful(c) { '\u{fffd}' } else { c });
    }
    Cow::Owned(printable)
}

/// The same, where as many signs stand for what is not shown.
fn without(text: &str, hidden: &[TextRange]) -> Cow<'static, str> {
    let is_hidden =
        |at: usize| hidden.iter().any(|range| (range.start as usize..range.end as usize).contains(&at));
    let shown = |(at, c): (usize, char)| if is_hidden(at) && !c.is_control() { '•' } else { c };
    let text: String = text.char_indices().map(shown).collect();
    Cow::Owned(printable(&text).into_owned())
}

/// The name of a file, which is shown in one line.
fn printable_path(path: &str) -> String {
    path.replace(|c: char| c.is_control() || is_harmful(c), "\u{fffd}")
}

fn is_harmful(c: char) -> bool {
    let turns = matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let ends_line = matches!(c, '\u{2028}' | '\u{2029}');
    turns || ends_line || (c.is_control() && !matches!(c, '\n' | '\r' | '\t'))
}

/// Without the sequences that set colours, which are the only ones in a report, and without the blanks at the ends of
/// lines that ariadne draws.
fn plain(text: &[u8]) -> Vec<u8> {
    let mut plain = Vec::with_capacity(text.len());
    let mut bytes = text.iter().copied();
    while let Some(byte) = bytes.next() {
        match byte {
            0x1b => bytes.by_ref().take_while(|byte| *byte != b'm').for_each(drop),
            b'\n' => {
                while plain.last() == Some(&b' ') {
                    plain.pop();
                }
                plain.push(byte);
            }
            _ => plain.push(byte),
        }
    }
    plain
}

type Place = (FileId, Range<usize>);

fn report(diagnostic: &Diagnostic, positions: &Positions<'_>, color: bool) -> Report<'static, Place> {
    let sources = positions.sources;
    let kind_color = match diagnostic.severity {
        Severity::Error => Color::Red,
        Severity::Warning => Color::Yellow,
        Severity::Note => Color::Cyan,
    };
    let kind = match diagnostic.severity {
        Severity::Error => ReportKind::Custom("error", kind_color),
        Severity::Warning => ReportKind::Custom("warning", kind_color),
        Severity::Note => ReportKind::Custom("note", kind_color),
    };
    let place = |file: FileId, range: TextRange| -> Place {
        // In characters: given bytes, ariadne slices texts where a character is not yet at its end.
        (file, positions.characters(file, visible(range, sources.text(file))))
    };
    let primary = &diagnostic.primary;
    let config = Config::new().with_color(color).with_index_type(IndexType::Char);
    let mut report = Report::build(kind, place(primary.at.file, primary.at.range))
        .with_config(config)
        .with_code(diagnostic.code)
        .with_message(printable(&diagnostic.message));
    for (order, label) in (0_i32..).zip(labels(diagnostic)) {
        // Where a text is empty there is no line to point at.
        if sources.text(label.at.file).is_empty() {
            report.add_note(format!(
                "in {}: {}",
                printable_path(sources.path(label.at.file)),
                printable(&label.text)
            ));
            continue;
        }
        let mut shown = Label::new(place(label.at.file, label.at.range))
            .with_color(if order == 0 { kind_color } else { Color::Blue })
            .with_order(order);
        if !label.text.is_empty() {
            shown = shown.with_message(printable(&label.text));
        } else if order == 0 {
            // Without words ariadne shows no underline for the place that matters most.
            shown = shown.with_message("here");
        }
        report.add_label(shown);
    }
    report.with_notes(diagnostic.notes.iter().map(|note| printable(note)));
    report.with_helps(helps(diagnostic, sources).iter().map(|help| printable(help)));
    report.finish()
}

/// The range as it is underlined: at least one character, except in an empty text.
fn visible(range: TextRange, text: &str) -> Range<usize> {
    let range = clamp(range, text);
    if !range.is_empty() {
        return range;
    }
    if let Some(next) = text[range.start..].chars().next() {
        return range.start..range.start + next.len_utf8();
    }
    let last = text.chars().next_back().map_or(0, char::len_utf8);
    range.start - last..range.start
}

/// What to do: the finding's own help, then its fixes.
fn helps(diagnostic: &Diagnostic, sources: &dyn Sources) -> Vec<String> {
    let help = diagnostic.help.as_deref();
    let fixes = diagnostic.fixes.iter().filter(|fix| !help.is_some_and(|help| says(help, fix)));
    let fixes = fixes.map(|fix| describe(fix, sources));
    help.map(str::to_owned).into_iter().chain(fixes).collect()
}

/// Whether a help text already tells what a fix would do.
fn says(help: &str, fix: &Fix) -> bool {
    let shows = |edit: &Edit| {
        let text = edit.text.trim();
        // Short texts occur by chance.
        !text.is_empty() && (help.contains(&format!("`{text}`")) || (text.len() > 2 && help.contains(text)))
    };
    // An import is told by its path.
    let shows = |edit: &Edit| {
        let path = edit.text.trim().strip_prefix("use ").and_then(|text| text.strip_suffix(';'));
        shows(edit) || path.is_some_and(|path| help.contains(&format!("`{path}`")))
    };
    // That something is imported goes without saying.
    let imports =
        |edits: &[Edit]| edits.iter().all(|edit| edit.at.range.is_empty() && edit.text.starts_with("use "));
    help == fix.title || matches!(fix.edits.as_slice(), [edit, more @ ..] if shows(edit) && imports(more))
}

/// A fix in words: its title, and the new text where the title does not show it already.
fn describe(fix: &Fix, sources: &dyn Sources) -> String {
    let replacement = |Edit { at, text }: &Edit| {
        let old = &sources.text(at.file)[clamp(at.range, sources.text(at.file))];
        match (old.is_empty(), text.is_empty()) {
            (_, true) => format!("remove `{old}`"),
            (true, false) => format!("insert `{text}`"),
            (false, false) => format!("write `{text}`"),
        }
    };
    match fix.edits.as_slice() {
        [edit] if edit.text.is_empty() || !fix.title.contains(edit.text.trim()) => {
            format!("{}: {}", fix.title, replacement(edit))
        }
        _ => fix.title.clone(),
    }
}

/// The texts as ariadne wants them; each is split into lines once.
struct Texts<'a> {
    sources: &'a dyn Sources,
    /// What is not shown: reports of builds are kept.
    hidden: Vec<Span>,
    parsed: HashMap<FileId, Source<Cow<'a, str>>>,
}

impl<'a> Cache<FileId> for &mut Texts<'a> {
    type Storage = Cow<'a, str>;

    fn fetch(&mut self, id: &FileId) -> Result<&Source<Cow<'a, str>>, impl fmt::Debug> {
        let text = || {
            let text = self.sources.text(*id);
            let hidden: Vec<TextRange> =
                self.hidden.iter().filter(|span| span.file == *id).map(|span| span.range).collect();
            Source::from(if hidden.is_empty() { printable(text) } else { without(text, &hidden) })
        };
        Ok::<_, fmt::Error>(&*self.parsed.entry(*id).or_insert_with(text))
    }

    fn display<'b>(&self, id: &'b FileId) -> Option<impl fmt::Display + 'b> {
        Some(printable_path(self.sources.path(*id)))
    }
}
