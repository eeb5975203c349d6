//! The phases of a stack's life, each with rights of its own.

use std::fmt;

/// What is done with a stack.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Phase {
    /// It is made, and removed again if that fails.
    Create,
    /// It is changed: resources are added, changed, replaced and removed.
    Update,
    /// It is deleted.
    Teardown,
}

impl Phase {
    /// All phases, in the order of a stack's life.
    pub const ALL: [Self; 3] = [Self::Create, Self::Update, Self::Teardown];

    /// Its name in files and on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Update => "update",
            Self::Teardown => "teardown",
        }
    }
}

impl fmt::Display for Phase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A set of phases.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Phases(u8);

impl Phases {
    pub(crate) fn of(phases: &[Phase]) -> Self {
        Self(phases.iter().fold(0, |bits, phase| bits | 1 << *phase as u8))
    }

    pub(crate) const fn add(&mut self, other: Self) {
        self.0 |= other.0;
    }

    /// No phase at all.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Whether a phase is one of them.
    pub const fn has(self, phase: Phase) -> bool {
        self.0 & (1 << phase as u8) != 0
    }

    /// Its phases, in order.
    pub fn iter(self) -> impl Iterator<Item = Phase> {
        Phase::ALL.into_iter().filter(move |phase| self.has(*phase))
    }
}
