//! Markdown to cases: what is compiled together, and what is expected of it.

use std::fmt;

use super::{Expected, Severity};

/// A fenced block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block {
    /// The line of the document in which its text starts, from one.
    pub line: usize,
    /// Its text.
    pub text: String,
    /// What it is: the path of a file, the name of a stack.
    pub name: String,
}

/// What is compiled together: the files of a project.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Case {
    /// The files by their paths in the project.
    pub files: Vec<Block>,
    /// The findings that comments announce.
    pub expected: Vec<Expected>,
    /// Parts of the templates that come out, by the names of stacks.
    pub templates: Vec<Block>,
    /// How the findings are shown to people.
    pub rendered: Option<Block>,
}

/// What is wrong at a line of a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The line, from one.
    pub line: usize,
    /// What is wrong.
    pub message: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.line, self.message)
    }
}

/// A Markdown file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Document {
    /// What it says is compiled.
    pub cases: Vec<Case>,
    /// The lines of blocks that are not compiled.
    pub ignored: Vec<usize>,
    /// What is wrong with the document itself.
    pub problems: Vec<Problem>,
    /// The targets of its links, and their lines.
    pub links: Vec<(usize, String)>,
}

/// The file that a block without a path is.
const MAIN: &str = "src/main.ci";

struct Reader {
    document: Document,
    /// Whether the last case is a project that further files may belong to.
    open: bool,
    /// Whether something has been compiled under this heading, which results may follow.
    has_case: bool,
}

impl Document {
    /// Reads a document.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let mut reader = Reader { document: Self::default(), open: false, has_case: false };
        let mut lines = text.lines().enumerate();
        while let Some((at, line)) = lines.next() {
            if let Some(fence) = line.strip_prefix("```") {
                let ticks = 3 + fence.len() - fence.trim_start_matches('`').len();
                let info = fence.trim_start_matches('`').to_owned();
                let mut block = Block { line: at + 2, text: String::new(), name: String::new() };
                let mut closed = false;
                for (_, line) in lines.by_ref() {
                    if line.len() >= ticks && line.bytes().all(|byte| byte == b'`') {
                        closed = true;
                        break;
                    }
                    block.text.push_str(line);
                    block.text.push('\n');
                }
                if !closed {
                    reader.problem(at + 1, "this block is not closed");
                }
                // Longer fences show what a block looks like.
                if ticks == 3 {
                    reader.block(&info, block);
                }
            } else if line.starts_with('#') {
                (reader.open, reader.has_case) = (false, false);
            } else {
                reader.links(at + 1, line);
            }
        }
        reader.document
    }
}

impl Reader {
    fn problem(&mut self, line: usize, message: impl Into<String>) {
        self.document.problems.push(Problem { line, message: message.into() });
    }

    fn block(&mut self, info: &str, mut block: Block) {
        let mut words = info.split_whitespace();
        let language = words.next().unwrap_or_default();
        let (mut file, mut template, mut ignored, mut rendered) = (None, None, false, false);
        for word in words {
            match (word.split_once('='), language) {
                (Some(("file", path)), _) => file = Some(path.to_owned()),
                (Some(("template", stack)), "json") => template = Some(stack.to_owned()),
                (None, "ci") if word == "ignore" => ignored = true,
                (None, "text") if word == "error" => rendered = true,
                _ => {
                    let message = format!("`{word}` means nothing at a block of `{language}`");
                    self.problem(block.line - 1, message);
                }
            }
        }
        if ignored {
            self.document.ignored.push(block.line);
        } else if let Some(path) = file {
            block.name = path;
            if !self.open {
                self.document.cases.push(Case::default());
            }
            self.add(block);
            self.open = true;
        } else if let Some(stack) = template {
            block.name = stack;
            self.result(block, |case, block| case.templates.push(block));
        } else if rendered {
            self.result(block, |case, block| case.rendered = Some(block));
        } else if language == "ci" {
            MAIN.clone_into(&mut block.name);
            self.document.cases.push(Case::default());
            self.add(block);
            self.open = false;
        }
    }

    /// A file of the last case.
    fn add(&mut self, block: Block) {
        self.has_case = true;
        let (expected, problems) = expectations(&block);
        self.document.problems.extend(problems);
        let line = block.line;
        let Some(case) = self.document.cases.last_mut() else { return };
        let again = case.files.iter().any(|file| file.name == block.name);
        case.expected.extend(expected);
        case.files.push(block);
        if again {
            self.problem(line, "this file is already there; a heading starts another project");
        }
    }

    fn result(&mut self, block: Block, add: impl FnOnce(&mut Case, Block)) {
        let case = self.document.cases.last_mut().filter(|_| self.has_case);
        match case {
            Some(case) => add(case, block),
            None => self.problem(block.line, "nothing was compiled under this heading"),
        }
    }

    fn links(&mut self, line: usize, text: &str) {
        for part in text.split("](").skip(1) {
            if let Some((target, _)) = part.split_once(')') {
                self.document.links.push((line, target.to_owned()));
            }
        }
    }
}

/// What the comments of a block announce.
fn expectations(block: &Block) -> (Vec<Expected>, Vec<Problem>) {
    let (mut expected, mut problems) = (Vec::new(), Vec::new());
    let mut waiting: Vec<Expected> = Vec::new();
    for (at, text) in block.text.lines().enumerate() {
        let line = block.line + at;
        let Some((before, announcement)) = comment(text) else {
            expected.extend(waiting.drain(..).map(|one| Expected { line, ..one }));
            continue;
        };
        let one = match announced(line, announcement) {
            Ok(one) => one,
            Err(message) => {
                problems.push(Problem { line, message });
                continue;
            }
        };
        if before.trim().is_empty() {
            waiting.push(one);
        } else {
            expected.extend(waiting.drain(..).map(|one| Expected { line, ..one }));
            expected.push(one);
        }
    }
    if let Some(one) = waiting.first() {
        problems
            .push(Problem { line: one.line, message: "no line follows that this could be about".to_owned() });
    }
    (expected, problems)
}

/// The text before an announcing comment, and the comment.
fn comment(line: &str) -> Option<(&str, &str)> {
    let starts =
        ["// ", "# "].iter().flat_map(|mark| ["error: ", "warning: ", "note: "].map(|word| (mark, word)));
    starts.into_iter().find_map(|(mark, word)| {
        let at = line.find(&format!("{mark}{word}"))?;
        Some((&line[..at], &line[at + mark.len()..]))
    })
}

/// `error: E0101 "part of the message"`
fn announced(line: usize, text: &str) -> Result<Expected, String> {
    let (word, rest) = text.split_once(": ").ok_or("a code is missing")?;
    let severity = match word {
        "error" => Severity::Error,
        "warning" => Severity::Warning,
        _ => Severity::Note,
    };
    let (code, rest) = rest.trim().split_once(' ').unwrap_or((rest.trim(), ""));
    let digits = code.strip_prefix('E').unwrap_or_default();
    if digits.len() != 4 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(format!("`{code}` is not a code"));
    }
    let message = match rest.trim() {
        "" => None,
        quoted => {
            let part = quoted.strip_prefix('"').and_then(|part| part.strip_suffix('"'));
            Some(part.ok_or("a part of a message stands in quotes")?.to_owned())
        }
    };
    Ok(Expected { line, severity, code: code.to_owned(), message })
}

#[cfg(test)]
mod tests;
