//! Whether statements allow everything that others allow.
//!
//! Each statement is a box: callers by actions by resources by conditions. What the inner statements allow and the outer
//! ones do not is looked for by leaving the boxes that are in the way, one after the other, by each of their sides. What is
//! found is a request, and it is shown to the evaluator before anyone gets to see it: a `No` is never wrong.
//!
//! Conditions are taken as facts of a request like its action. That a key says something about the caller or the
//! resource is known of a few, and then the answer is left open.

use crate::condition::{Condition, Satisfied, satisfy};
use crate::glob::Found;
use crate::policy::{Effect, Language, Principals, decides};
use crate::request::{Context, Request};
use crate::text::{Letter, Symbol};
use crate::{Caller, Pattern, Statement, Text, Token, Truth, glob};

/// How many boxes may be left by one side or another. Real policies need a few dozen.
const MAX_STEPS: usize = 20_000;

/// How many boxes may be left at once.
const MAX_DEPTH: usize = 256;

/// Whether the outer statements allow everything that the inner ones allow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Containment {
    /// They do.
    Yes,
    /// They do not allow this request, which the inner ones allow.
    No(Box<Request>),
    /// It cannot be told.
    Unknown(Undecided),
}

/// Why an answer is left open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Undecided {
    /// It depends on a value of a condition that is known at deployment, or is none of what its operator compares.
    Value,
    /// One key is compared by operators of different kinds, as a text and as a number.
    MixedOperators,
    /// One key is compared as one that has one value and as one that has several.
    MixedQuantifiers,
    /// `ArnLike` with fewer than six fields.
    IncompleteArn,
    /// It depends on what a policy variable stands for.
    Variable,
    /// It depends on a key that says something about the caller or the resource, which are restricted as well.
    DerivedKey,
    /// There is an example, but the evaluator is not sure of it.
    Unconfirmed,
    /// To say it would take too long.
    TooLarge,
}

impl Undecided {
    /// The reason in words.
    pub const fn describe(self) -> &'static str {
        match self {
            Self::Value => "a value of a condition is not known",
            Self::MixedOperators => "a key is compared by operators of different kinds",
            Self::MixedQuantifiers => "a key is compared with and without `ForAllValues` or `ForAnyValue`",
            Self::IncompleteArn => "a value of `ArnLike` has fewer than six fields",
            Self::Variable => "it depends on the value of a policy variable",
            Self::DerivedKey => "a key restates something about the caller or the resource",
            Self::Unconfirmed => "an example could not be confirmed",
            Self::TooLarge => "there are too many combinations",
        }
    }
}

/// Whether `outer` allows everything that `inner` allows: for every request, if a statement of `inner` allows it and
/// none denies it, then so it is with `outer`.
pub fn contains(outer: &[Statement], inner: &[Statement]) -> Containment {
    let (outer_sides, inner_sides) = (sides(outer), sides(inner));
    let mut search = Search { outer, inner, steps: 0, depth: 0, undecided: None };
    let inner_denies = select(&inner_sides, Effect::Deny);
    let outer_denies = select(&outer_sides, Effect::Deny);
    let in_the_way = [select(&outer_sides, Effect::Allow), inner_denies.clone()].concat();
    for allow in select(&inner_sides, Effect::Allow) {
        let mut area = Area::default();
        if !search.enter(&mut area, allow) {
            continue;
        }
        if let Some(request) = search.leave(&mut area, &in_the_way) {
            return Containment::No(Box::new(request));
        }
        for deny in &outer_denies {
            let before = area.size();
            if search.enter(&mut area, deny)
                && let Some(request) = search.leave(&mut area, &inner_denies)
            {
                return Containment::No(Box::new(request));
            }
            area.shrink(before);
        }
    }
    search.undecided.map_or(Containment::Yes, Containment::Unknown)
}

/// The sides of a statement's box that are sets of texts.
struct Sides<'a> {
    statement: &'a Statement,
    callers: Vec<Pattern>,
}

const CALLERS: usize = 2;
const SIDES: usize = 3;

fn sides(statements: &[Statement]) -> Vec<Sides<'_>> {
    let callers = |statement: &Statement| match &statement.principals {
        Principals::Attached => Vec::new(),
        Principals::Of(principals) | Principals::AllBut(principals) => {
            principals.iter().flat_map(crate::Principal::patterns).collect()
        }
    };
    statements.iter().map(|statement| Sides { statement, callers: callers(statement) }).collect()
}

fn select<'a, 'b>(sides: &'b [Sides<'a>], effect: Effect) -> Vec<&'b Sides<'a>> {
    sides.iter().filter(|sides| sides.statement.effect == effect).collect()
}

impl Sides<'_> {
    fn side(&self, at: usize) -> Language<'_> {
        match (at, &self.statement.principals) {
            (0, _) => self.statement.actions.language(),
            (1, _) => self.statement.resources.language(),
            (_, Principals::Of(_)) => Language::In(&self.callers),
            (_, Principals::Attached | Principals::AllBut(_)) => Language::NotIn(&self.callers),
        }
    }
}

/// A set of requests: an intersection of sets of texts on each side, and conditions that hold or do not.
#[derive(Default)]
struct Area<'a> {
    sides: [Vec<Language<'a>>; SIDES],
    conditions: Vec<(&'a Condition, bool)>,
}

impl Area<'_> {
    fn size(&self) -> ([usize; SIDES], usize) {
        (self.sides.each_ref().map(Vec::len), self.conditions.len())
    }

    fn shrink(&mut self, (sides, conditions): ([usize; SIDES], usize)) {
        for (side, size) in self.sides.iter_mut().zip(sides) {
            side.truncate(size);
        }
        self.conditions.truncate(conditions);
    }
}

struct Search<'a> {
    outer: &'a [Statement],
    inner: &'a [Statement],
    steps: usize,
    depth: usize,
    undecided: Option<Undecided>,
}

impl<'a> Search<'a> {
    /// Restricts an area to a box. False if nothing is left; then the area is of no more use.
    fn enter(&self, area: &mut Area<'a>, sides: &'a Sides<'a>) -> bool {
        for at in 0..SIDES {
            area.sides[at].push(sides.side(at));
            if !has_texts(&area.sides[at]) {
                return false;
            }
        }
        for condition in &sides.statement.conditions {
            area.conditions.push((condition, true));
            if !has_values(area, condition) {
                return false;
            }
        }
        true
    }

    /// A request of the area that is in none of the boxes.
    fn leave(&mut self, area: &mut Area<'a>, boxes: &[&'a Sides<'a>]) -> Option<Request> {
        // One that the area does not touch is not in the way.
        let touched = boxes.iter().position(|next| {
            (0..SIDES).all(|at| {
                area.sides[at].push(next.side(at));
                let touches = has_texts(&area.sides[at]);
                area.sides[at].pop();
                touches
            })
        });
        let Some(touched) = touched else { return self.request(area) };
        let (next, rest) = (boxes[touched], &boxes[touched + 1..]);
        self.steps += 1;
        if self.steps > MAX_STEPS || self.depth == MAX_DEPTH {
            // All that is left to do would end here too.
            self.steps = MAX_STEPS;
            self.undecided = Some(Undecided::TooLarge);
            return None;
        }
        self.depth += 1;
        let before = area.size();
        let mut found = None;
        for at in 0..SIDES {
            area.sides[at].push(next.side(at).complement());
            if has_texts(&area.sides[at]) {
                found = self.leave(area, rest);
            }
            area.sides[at].pop();
            if found.is_some() {
                break;
            }
            area.sides[at].push(next.side(at));
        }
        for condition in &next.statement.conditions {
            if found.is_some() {
                break;
            }
            area.conditions.push((condition, false));
            if has_values(area, condition) {
                found = self.leave(area, rest);
            }
            area.conditions.pop();
            area.conditions.push((condition, true));
            if !has_values(area, condition) {
                break;
            }
        }
        area.shrink(before);
        self.depth -= 1;
        found
    }

    /// A request of an area, if the evaluator agrees that it answers the question.
    fn request(&mut self, area: &Area<'_>) -> Option<Request> {
        match witness(area) {
            Ok(Some(request)) => {
                let answers =
                    decides(self.inner, &request) == Truth::Yes && decides(self.outer, &request) == Truth::No;
                if answers {
                    return Some(request);
                }
                self.undecided.get_or_insert(Undecided::Unconfirmed);
            }
            Ok(None) => {}
            Err(reason) => {
                self.undecided.get_or_insert(reason);
            }
        }
        None
    }
}

/// Whether an area may have texts on a side. What is open is not settled before all sides and conditions are known.
fn has_texts(languages: &[Language<'_>]) -> bool {
    find(languages) != Ok(Found::Nothing)
}

fn has_values(area: &Area<'_>, of: &Condition) -> bool {
    !matches!(values(area, of.key()), Satisfied::Never)
}

/// A request of an area.
fn witness(area: &Area<'_>) -> Result<Option<Request>, Undecided> {
    let mut context = Context::default();
    for (condition, _) in &area.conditions {
        if context.iter().any(|(key, _)| key == condition.key()) {
            continue;
        }
        match values(area, condition.key()) {
            Satisfied::By(values) => context.set(condition.key(), values),
            Satisfied::Never => return Ok(None),
            Satisfied::Undecided(reason) => return Err(reason),
        }
    }
    let mut callers = area.sides[CALLERS].clone();
    let universe = Caller::universe();
    callers.push(Language::In(&universe));
    let arn = |pattern: &str| Pattern::arn(pattern);
    let arns = ["arn:aws:?*:?*:?*:?*", "arn:aws:?*:*:*:?*", "arn:?*:?*:*:*:?*"].into_iter().filter_map(arn);
    let action = nicest(&area.sides[0], [Pattern::like("?*:?*")])?;
    let resource = nicest(&area.sides[1], arns.chain([Pattern::like("?*")]))?;
    let caller = nicest(&callers, Caller::examples())?;
    let (Some(action), Some(resource), Some(caller)) = (action, resource, caller) else { return Ok(None) };
    let values: Vec<Text> = context.iter().flat_map(|(_, values)| values.to_vec()).collect();
    for letter in [&action, &resource].into_iter().chain(&values).flat_map(Text::letters) {
        if let Letter::Symbol(symbol) = letter
            && let Some(key) = variable_key(symbol)
            && !context.iter().any(|(known, _)| known == key)
        {
            context.set(key, vec![std::iter::once(letter.clone()).collect()]);
        }
    }
    if restated(area, &context) {
        return Err(Undecided::DerivedKey);
    }
    let caller = Caller::of_text(caller);
    Ok(Some(Request { caller, action, resource, resource_account: None, context }))
}

/// Values for a key that make the conditions of an area as they are to be.
fn values(area: &Area<'_>, key: &str) -> Satisfied {
    let of_key = area.conditions.iter().filter(|(condition, _)| condition.key() == key);
    satisfy(&of_key.copied().collect::<Vec<_>>())
}

/// A text of all languages, of the first of these forms if it can be.
fn nicest(
    languages: &[Language<'_>],
    forms: impl IntoIterator<Item = Pattern>,
) -> Result<Option<Text>, Undecided> {
    for form in forms {
        let form = [form];
        let languages: Vec<Language<'_>> = languages.iter().copied().chain([Language::In(&form)]).collect();
        if let Ok(Found::Text(text)) = find(&languages) {
            return Ok(Some(text));
        }
    }
    match find(languages)? {
        Found::Text(text) => Ok(Some(text)),
        Found::Nothing => Ok(None),
        Found::TooLarge => Err(Undecided::TooLarge),
    }
}

/// Keys that follow from who the caller is, and those that follow from the resource.
const OF_CALLER: [&str; 7] = [
    "aws:principalaccount",
    "aws:principalarn",
    "aws:principalisawsservice",
    "aws:principalservicename",
    "aws:principaltype",
    "aws:userid",
    "aws:username",
];
const OF_RESOURCE: [&str; 1] = ["aws:resourceaccount"];

/// Whether a request may not exist: a key would have to fit a caller or a resource that are not free.
fn restated(area: &Area<'_>, context: &Context) -> bool {
    let has = |keys: &[&str]| context.iter().any(|(key, _)| keys.contains(&key));
    let everything = [Pattern::anything()];
    let is_free = |side: &[Language<'_>]| {
        side.iter().all(|language| match language {
            Language::In(patterns) => *patterns == everything,
            Language::NotIn(patterns) => patterns.is_empty(),
        })
    };
    (has(&OF_CALLER) && !is_free(&area.sides[CALLERS])) || (has(&OF_RESOURCE) && !is_free(&area.sides[1]))
}

impl Language<'_> {
    const fn complement(self) -> Self {
        match self {
            Self::In(patterns) => Self::NotIn(patterns),
            Self::NotIn(patterns) => Self::In(patterns),
        }
    }
}

/// A text of all languages.
///
/// A policy variable is first taken for a text of its own, like a symbol. That is right for what is found, and for
/// containment in one set; but where two sets meet its value could be just what they have in common.
pub(crate) fn find(languages: &[Language<'_>]) -> Result<Found, Undecided> {
    let (mut required, mut excluded) = (Vec::new(), Vec::new());
    for language in languages {
        match language {
            Language::In(patterns) => required.push(*patterns),
            Language::NotIn(patterns) => excluded.push(*patterns),
        }
    }
    let has_variable = |patterns: &&[Pattern]| patterns.iter().any(Pattern::has_variable);
    if !required.iter().chain(&excluded).any(has_variable) {
        return Ok(glob::find(&required, &excluded));
    }
    let with = |patterns: &[&[Pattern]], token: fn(&str, Option<&str>) -> Token| -> Vec<Vec<Pattern>> {
        let put = |pattern: &Pattern| pattern.substitute(|key, default| Some(vec![token(key, default)]));
        patterns.iter().map(|patterns| patterns.iter().filter_map(put).collect()).collect()
    };
    let opaque = |key: &str, default: Option<&str>| Token::Letter(Letter::Symbol(variable(key, default)));
    let find = |required: &[Vec<Pattern>], excluded: &[Vec<Pattern>]| {
        let sets = |sets: &[Vec<Pattern>]| -> Vec<Vec<Pattern>> { sets.to_vec() };
        let (required, excluded) = (sets(required), sets(excluded));
        glob::find(
            &required.iter().map(Vec::as_slice).collect::<Vec<_>>(),
            &excluded.iter().map(Vec::as_slice).collect::<Vec<_>>(),
        )
    };
    let excluded = with(&excluded, opaque);
    let found = find(&with(&required, opaque), &excluded);
    if found == Found::Nothing && required.len() > 1 && required.iter().any(has_variable) {
        let wide = with(&required, |_, _| Token::Run { except: None });
        return match find(&wide, &excluded) {
            Found::Text(_) => Err(Undecided::Variable),
            other => Ok(other),
        };
    }
    Ok(found)
}

/// The symbol that stands for a policy variable.
fn variable(key: &str, default: Option<&str>) -> Symbol {
    let name = match default {
        Some(default) => format!("${{{key}, '{default}'}}"),
        None => format!("${{{key}}}"),
    };
    Symbol::new(name, 0)
}

fn variable_key(symbol: &Symbol) -> Option<&str> {
    let inside = symbol.name.strip_prefix("${")?.strip_suffix('}')?;
    Some(inside.split_once(',').map_or(inside, |(key, _)| key))
}

#[cfg(test)]
mod tests;
