//! Questions about patterns as sets of texts: whether a text is of a pattern, whether some text is of these patterns
//! and of none of those, and what that is made of: overlap and containment.
//!
//! A pattern is an automaton that is in several places at once; all patterns of a question are run side by side over
//! letters that are made up as they are needed. Must not know: which place of a policy a pattern is from.

use std::collections::VecDeque;

use rustc_hash::FxHashMap;

use crate::{Letter, Pattern, Text, Token};

/// How much work a question may be, in steps of automata: some ten milliseconds. Questions about real policies take a
/// few hundred.
const MAX_WORK: usize = 1_000_000;

/// A text of a set of texts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// A shortest one.
    Text(Text),
    /// There is none.
    Nothing,
    /// To say it would take too long.
    TooLarge,
}

/// Whether a text is of a pattern. A variable is of no text: put something in its place first.
pub fn matches(pattern: &Pattern, text: &Text) -> bool {
    is_of(pattern, text.letters().iter())
}

/// Whether a text is of one of the patterns.
pub fn any_matches(patterns: &[Pattern], text: &Text) -> bool {
    patterns.iter().any(|pattern| matches(pattern, text))
}

fn is_of<'a>(pattern: &Pattern, mut letters: impl Iterator<Item = &'a Letter>) -> bool {
    let (tokens, ignore_case) = (pattern.tokens(), pattern.ignores_case());
    // Most patterns differ from most texts before they have their first wildcard, if they have one.
    for (at, token) in tokens.iter().enumerate() {
        let Token::Letter(wanted) = token else {
            let mut rest = Automaton::default();
            rest.add(&tokens[at..], ignore_case);
            let mut places = rest.start();
            for letter in letters {
                places = rest.step(&places, letter);
                if places.is_empty() || rest.takes_everything(&places) {
                    break;
                }
            }
            return rest.accepts(&places) || rest.takes_everything(&places);
        };
        if !letters.next().is_some_and(|letter| same(wanted, letter, ignore_case)) {
            return false;
        }
    }
    letters.next().is_none()
}

/// A text that both patterns have in common.
pub fn overlap(one: &Pattern, other: &Pattern) -> Found {
    find(&[std::slice::from_ref(one), std::slice::from_ref(other)], &[])
}

/// A text of a pattern that is of none of the others: nothing, if they contain it.
pub fn outside(inner: &Pattern, outer: &[Pattern]) -> Found {
    find(&[std::slice::from_ref(inner)], &[outer])
}

/// A text that is of a pattern of each of the `required` sets and of no pattern of the `excluded` ones.
pub fn find(required: &[&[Pattern]], excluded: &[&[Pattern]]) -> Found {
    let is_within = |less: &[Pattern], more: &[Pattern]| less.iter().all(|pattern| more.contains(pattern));
    if required.iter().any(|required| excluded.iter().any(|excluded| is_within(required, excluded))) {
        return Found::Nothing;
    }
    // A finite set: try its texts. This is what almost all questions are.
    let is_finite = |patterns: &&&[Pattern]| patterns.iter().all(|pattern| pattern.letters().is_some());
    if let Some(finite) = required.iter().filter(is_finite).min_by_key(|patterns| patterns.len()) {
        let is_wanted = |pattern: &&Pattern| {
            let is_in = |patterns: &&[Pattern]| {
                patterns.iter().any(|other| pattern.letters().is_some_and(|letters| is_of(other, letters)))
            };
            required.iter().all(|patterns| std::ptr::eq(*patterns, *finite) || is_in(patterns))
                && !excluded.iter().any(is_in)
        };
        let found = finite.iter().find(is_wanted).and_then(Pattern::only_text);
        return found.map_or(Found::Nothing, Found::Text);
    }
    search(required, excluded)
}

/// Where an automaton is: positions of its tokens, in ascending order.
type Places = Vec<u32>;

/// A state of the search: one set of places for each required set, and one for all that is excluded.
struct State {
    required: Vec<Places>,
    excluded: Places,
    /// The state before, and the letter between.
    before: Option<(usize, Letter)>,
}

fn search(required: &[&[Pattern]], excluded: &[&[Pattern]]) -> Found {
    let anything = [Pattern::anything()];
    let mut automata: Vec<Automaton> = required.iter().map(|patterns| Automaton::new(patterns)).collect();
    if automata.is_empty() {
        automata.push(Automaton::new(&anything));
    }
    let excluded = Automaton::of(excluded.iter().copied().flatten());
    let start = State {
        required: automata.iter().map(Automaton::start).collect(),
        excluded: excluded.start(),
        before: None,
    };
    let mut states: Vec<State> = Vec::new();
    let mut waiting = VecDeque::new();
    // For each combination of required places, the least excluded ones seen: whatever can be reached with more of
    // them can be reached with fewer.
    let mut seen: FxHashMap<Vec<Places>, Vec<Places>> = FxHashMap::default();
    let mut work = 0;
    let mut candidates = VecDeque::from([start]);
    loop {
        while let Some(state) = candidates.pop_front() {
            if state.required.iter().any(Vec::is_empty) || excluded.takes_everything(&state.excluded) {
                continue;
            }
            let known = seen.entry(state.required.clone()).or_default();
            work += known.iter().map(Vec::len).sum::<usize>();
            if known.iter().any(|least| is_subset(least, &state.excluded)) {
                continue;
            }
            known.retain(|other| !is_subset(&state.excluded, other));
            known.push(state.excluded.clone());
            waiting.push_back(states.len());
            states.push(state);
        }
        let Some(at) = waiting.pop_front() else { return Found::Nothing };
        let state = &states[at];
        let accepted = automata.iter().zip(&state.required).all(|(automaton, at)| automaton.accepts(at));
        if accepted && !excluded.accepts(&state.excluded) {
            return Found::Text(path(&states, at));
        }
        let letters = letters(&automata, &excluded, state);
        let size = state.required.iter().map(Vec::len).sum::<usize>() + state.excluded.len() + 1;
        work += letters.len() * size;
        if work > MAX_WORK {
            return Found::TooLarge;
        }
        for letter in letters {
            let next = automata.iter().zip(&state.required);
            candidates.push_back(State {
                required: next.map(|(automaton, at)| automaton.step(at, &letter)).collect(),
                excluded: excluded.step(&state.excluded, &letter),
                before: Some((at, letter)),
            });
        }
    }
}

/// The text that leads to a state.
fn path(states: &[State], mut at: usize) -> Text {
    let mut letters = Vec::new();
    while let Some((before, letter)) = &states[at].before {
        letters.push(letter.clone());
        at = *before;
    }
    letters.into_iter().rev().collect()
}

/// The letters that make a difference: those that are named, and one that is not.
///
/// Symbols count only where a required pattern has them. A text with a symbol that only excluded patterns name is no
/// better than one with other characters in its place.
fn letters(automata: &[Automaton], excluded: &Automaton, state: &State) -> Vec<Letter> {
    let mut letters = Vec::new();
    // A place without wildcards leaves no choice.
    let narrow = automata.iter().zip(&state.required).find(|(automaton, at)| !automaton.is_wild(at));
    if let Some((automaton, at)) = narrow {
        automaton.letters(at, true, &mut letters);
        return letters;
    }
    for (automaton, at) in automata.iter().zip(&state.required) {
        automaton.letters(at, true, &mut letters);
    }
    excluded.letters(&state.excluded, false, &mut letters);
    let other =
        OTHERS.chars().chain('\u{100}'..=char::MAX).find(|char| !letters.contains(&Letter::Char(*char)));
    other.map(Letter::Char).into_iter().chain(letters).collect()
}

/// Characters that stand for any other, in the order in which examples look natural.
const OTHERS: &str = "xyzabcdefghijklmnopqrstuvw0123456789";

fn is_subset(less: &[u32], more: &[u32]) -> bool {
    let mut more = more.iter();
    less.len() <= more.len() && less.iter().all(|at| more.any(|other| other == at))
}

/// A set of patterns, their tokens one after the other. `None` ends a pattern.
#[derive(Default)]
struct Automaton<'a> {
    tokens: Vec<Option<(&'a Token, bool)>>,
    starts: Vec<u32>,
}

impl<'a> Automaton<'a> {
    fn new(patterns: &'a [Pattern]) -> Self {
        Self::of(patterns.iter())
    }

    fn of(patterns: impl Iterator<Item = &'a Pattern>) -> Self {
        let mut automaton = Self::default();
        patterns.for_each(|pattern| automaton.add(pattern.tokens(), pattern.ignores_case()));
        automaton
    }

    fn add(&mut self, tokens: &'a [Token], ignore_case: bool) {
        self.starts.push(self.tokens.len() as u32);
        self.tokens.extend(tokens.iter().map(|token| Some((token, ignore_case))));
        self.tokens.push(None);
    }

    fn start(&self) -> Places {
        let mut places = Vec::with_capacity(self.starts.len());
        for start in &self.starts {
            self.enter(*start, &mut places);
        }
        self.normal(places)
    }

    /// Goes to a place, and on to those that a wildcard may reach with nothing.
    fn enter(&self, mut at: u32, places: &mut Places) {
        loop {
            places.push(at);
            match self.tokens[at as usize] {
                Some((Token::Run { .. }, _)) => at += 1,
                _ => return,
            }
        }
    }

    fn step(&self, places: &[u32], letter: &Letter) -> Places {
        let mut next = Vec::with_capacity(places.len() + 1);
        for &at in places {
            match self.tokens[at as usize] {
                Some((Token::Letter(wanted), fold)) if same(wanted, letter, fold) => {
                    self.enter(at + 1, &mut next);
                }
                Some((Token::One { except }, _)) if is_one(*except, letter) => self.enter(at + 1, &mut next),
                // What follows it is entered too, as it was at first.
                Some((Token::Run { except }, _)) if is_in_run(*except, letter) => self.enter(at, &mut next),
                _ => {}
            }
        }
        self.normal(next)
    }

    /// In order, and without places that another one makes superfluous: whatever can follow a place before a `*` that
    /// has been reached can also follow the `*`.
    fn normal(&self, mut places: Places) -> Places {
        places.sort_unstable();
        places.dedup();
        let mut kept = places.len();
        let mut from = None;
        for index in (0..places.len()).rev() {
            let at = places[index];
            // `from` is a star of the same pattern, further on.
            if from.is_some_and(|star| self.pattern_of(star) == self.pattern_of(at)) {
                continue;
            }
            if let Some((Token::Run { except: None }, _)) = self.tokens[at as usize] {
                from = Some(at);
            }
            kept -= 1;
            places[kept] = at;
        }
        places.drain(..kept);
        places
    }

    fn pattern_of(&self, at: u32) -> usize {
        self.starts.partition_point(|start| *start <= at)
    }

    fn accepts(&self, places: &[u32]) -> bool {
        places.iter().any(|at| self.tokens[*at as usize].is_none())
    }

    /// Whatever comes, it will be accepted.
    fn takes_everything(&self, places: &[u32]) -> bool {
        places.iter().any(|at| {
            matches!(self.tokens[*at as usize], Some((Token::Run { except: None }, _)))
                && self.tokens[*at as usize + 1].is_none()
        })
    }

    /// Whether a letter that no token names may come.
    fn is_wild(&self, places: &[u32]) -> bool {
        places
            .iter()
            .any(|at| matches!(self.tokens[*at as usize], Some((Token::One { .. } | Token::Run { .. }, _))))
    }

    /// The letters that its places name.
    fn letters(&self, places: &[u32], with_symbols: bool, letters: &mut Vec<Letter>) {
        let mut add = |letter: Letter| {
            if !letters.contains(&letter) {
                letters.push(letter);
            }
        };
        for &at in places {
            match self.tokens[at as usize] {
                Some((Token::Letter(Letter::Char(char)), true)) => {
                    add(Letter::Char(char.to_ascii_lowercase()));
                    add(Letter::Char(char.to_ascii_uppercase()));
                }
                Some((Token::Letter(letter @ Letter::Char(_)), false)) => add(letter.clone()),
                Some((Token::Letter(letter), _)) if with_symbols => add(letter.clone()),
                Some((Token::One { except: Some(char) } | Token::Run { except: Some(char) }, _)) => {
                    add(Letter::Char(*char));
                }
                _ => {}
            }
        }
    }
}

fn same(wanted: &Letter, letter: &Letter, ignore_case: bool) -> bool {
    match (wanted, letter) {
        (Letter::Char(wanted), Letter::Char(char)) => {
            wanted == char || (ignore_case && wanted.eq_ignore_ascii_case(char))
        }
        (wanted, letter) => wanted == letter,
    }
}

/// A symbol is longer than a character.
fn is_one(except: Option<char>, letter: &Letter) -> bool {
    matches!(letter, Letter::Char(char) if Some(*char) != except)
}

fn is_in_run(except: Option<char>, letter: &Letter) -> bool {
    match letter {
        Letter::Char(char) => Some(*char) != except,
        // Nothing that AWS calls anything has a bar in it.
        Letter::Symbol(symbol) => {
            matches!(except, None | Some('|')) || (except == Some(':') && symbol.within_field)
        }
    }
}

#[cfg(test)]
mod tests;
