//! The one shape in which every stage reports what it found.

use crate::{Code, Severity, Span};

/// A finding about the source: what is wrong, where, why it matters and how to mend it.
///
/// `L` is a location: relative to an item while a stage works (so that cached results survive edits elsewhere in
/// the file), [`Span`] once it is shown.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Diagnostic<L = Span> {
    /// Which mistake this is.
    pub code: Code,
    /// How bad it is: the code's own severity unless the project's lint levels say otherwise.
    pub severity: Severity,
    /// One line: what was expected and what was found. Lower case, no full stop.
    pub message: String,
    /// The place of the mistake.
    pub primary: Label<L>,
    /// Other places that explain it.
    pub secondary: Vec<Label<L>>,
    /// Why it matters; further facts.
    pub notes: Vec<String>,
    /// What to do.
    pub help: Option<String>,
    /// Edits that do it.
    pub fixes: Vec<Fix<L>>,
}

/// A place with a few words to it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Label<L = Span> {
    /// The place.
    pub at: L,
    /// The words shown at it; may be empty.
    pub text: String,
}

/// A change that mends the finding.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Fix<L = Span> {
    /// What the change does, as a command: "rename to `BucketName`".
    pub title: String,
    /// Replacements of source text; they do not overlap.
    pub edits: Vec<Edit<L>>,
    /// What the file has to import besides. Empty once it is shown: then the imports are among the edits.
    pub imports: Vec<String>,
    /// Whether it may be applied without asking.
    pub applicability: Applicability,
}

/// A replacement of the text of one place.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Edit<L = Span> {
    /// What is replaced; an empty range inserts.
    pub at: L,
    /// The new text.
    pub text: String,
}

/// Whether a fix can be applied by a machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Applicability {
    /// The result compiles and is what was meant.
    MachineApplicable,
    /// A good guess: ask first.
    MaybeIncorrect,
    /// The new text has placeholders to fill in.
    HasPlaceholders,
}

impl<L> Diagnostic<L> {
    /// A finding at `at`, with the severity of its code.
    pub fn new(code: Code, at: L, message: impl Into<String>) -> Self {
        Self {
            code,
            severity: code.severity(),
            message: message.into(),
            primary: Label { at, text: String::new() },
            secondary: Vec::new(),
            notes: Vec::new(),
            help: None,
            fixes: Vec::new(),
        }
    }

    /// Puts words at the primary place.
    #[must_use]
    pub fn label(mut self, text: impl Into<String>) -> Self {
        self.primary.text = text.into();
        self
    }

    /// Adds another place.
    #[must_use]
    pub fn also(mut self, at: L, text: impl Into<String>) -> Self {
        self.secondary.push(Label { at, text: text.into() });
        self
    }

    /// Adds a note.
    #[must_use]
    pub fn note(mut self, text: impl Into<String>) -> Self {
        self.notes.push(text.into());
        self
    }

    /// Says what to do.
    #[must_use]
    pub fn help(mut self, text: impl Into<String>) -> Self {
        self.help = Some(text.into());
        self
    }

    /// Adds a fix that replaces one place.
    #[must_use]
    pub fn fix(
        mut self,
        title: impl Into<String>,
        at: L,
        text: impl Into<String>,
        how: Applicability,
    ) -> Self {
        let edits = vec![Edit { at, text: text.into() }];
        self.fixes.push(Fix { title: title.into(), edits, imports: Vec::new(), applicability: how });
        self
    }

    /// Adds a fix that imports something, and writes another text in one place where that is given.
    #[must_use]
    pub fn import(
        mut self,
        title: impl Into<String>,
        path: impl Into<String>,
        and: Option<Edit<L>>,
        how: Applicability,
    ) -> Self {
        let (edits, imports) = (and.into_iter().collect(), vec![path.into()]);
        self.fixes.push(Fix { title: title.into(), edits, imports, applicability: how });
        self
    }

    /// The same finding with its locations translated.
    pub fn map<M>(self, mut to: impl FnMut(L) -> M) -> Diagnostic<M> {
        Diagnostic {
            code: self.code,
            severity: self.severity,
            message: self.message,
            primary: Label { at: to(self.primary.at), text: self.primary.text },
            secondary: self.secondary.into_iter().map(|l| Label { at: to(l.at), text: l.text }).collect(),
            notes: self.notes,
            help: self.help,
            fixes: self
                .fixes
                .into_iter()
                .map(|fix| Fix {
                    title: fix.title,
                    edits: fix.edits.into_iter().map(|e| Edit { at: to(e.at), text: e.text }).collect(),
                    imports: fix.imports,
                    applicability: fix.applicability,
                })
                .collect(),
        }
    }
}
