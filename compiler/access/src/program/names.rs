//! What resources are called: the ARNs that a text in a policy may mean, before anything is deployed.
//!
//! A name that is written down is known. One that CloudFormation makes begins with the stack and the logical id. One that
//! the service makes is a text that differs from every other, so no text that is written down means it, but one with a
//! wildcard in its place does.
//!
//! Must not know: statements, who may do what.

use std::collections::{BTreeMap, BTreeSet};

use ci_catalog::iam;
use ci_graph::{Resource, Stack, Value};

use super::{Place, value};
use crate::glob::{self, Found};
use crate::{Letter, Pattern, Symbol, Token};

/// What is known about the place of a deployment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Deployed {
    /// The account, by its number.
    pub account: Option<String>,
    /// The region.
    pub region: Option<String>,
}

/// What the ARN of a resource, and of all that is in it, looks like.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Named {
    pub place: Place,
    /// The form in IAM's reference, its variables taken for wildcards: `arn:*:sqs:*:*:*`.
    pub form: String,
    /// As texts that are written down may say it.
    pub by_text: Vec<Pattern>,
    /// The service makes its name: no text that is written down is it, and every wildcard may be.
    pub is_made: bool,
    /// As texts with names of resources in them may say it.
    pub by_symbol: Vec<Pattern>,
    /// Its name, where it is written down.
    pub name: Option<String>,
}

/// What resources of a target are called, by the service in their ARNs.
#[derive(Debug, Default)]
pub(super) struct Names {
    by_service: BTreeMap<String, Vec<Named>>,
    /// How many resources have an ARN.
    pub count: usize,
}

impl Names {
    /// The names of the resources of some services, as ARNs name them; of all, where that is not known.
    pub fn read(stacks: &[&Stack], deployed: &Deployed, services: Option<&BTreeSet<String>>) -> Self {
        let mut names = Self::default();
        let is_wanted = |of: &Resource| {
            services.is_none_or(|services| {
                let service = |form: &str| form.split(':').nth(2).is_some_and(|of| services.contains(of));
                templates(of).any(service)
            })
        };
        for (at, stack) in stacks.iter().enumerate() {
            for (resource, of) in stack.resource_ids().filter(|(_, of)| is_wanted(of)) {
                let place = Place { stack: at, resource };
                let all = all_named(stack, of, place, deployed);
                names.count += usize::from(!all.is_empty());
                for named in all {
                    let service = named.form.split(':').nth(2).unwrap_or_default().to_owned();
                    names.by_service.entry(service).or_default().push(named);
                }
            }
        }
        names
    }

    /// The resources whose ARNs have this service in them; all of them if it is not known.
    pub fn of(&self, service: Option<&str>) -> impl Iterator<Item = &Named> {
        let one = service.map(|service| self.by_service.get(service).into_iter().flatten());
        let all = service.is_none().then(|| self.by_service.values().flatten());
        one.into_iter().flatten().chain(all.into_iter().flatten())
    }
}

/// Names that CloudFormation makes are at most this long in the strictest service; it shortens their parts.
const SHORTEST_LIMIT: usize = 63;
/// What comes after the stack and the logical id in such a name.
const RANDOM: usize = 14;
/// How much of the stack's name is left in one that is shortened.
const KEPT: usize = 20;

/// ARNs of a service in which a resource of another one stands by its id: who calls an API, who signs in to a database.
/// Source: IAM's reference for `execute-api` and `rds-db`.
const ELSEWHERE: [(&str, &str); 4] = [
    ("AWS::ApiGateway::RestApi", "arn:${Partition}:execute-api:${Region}:${Account}:${RestApiId}"),
    ("AWS::ApiGatewayV2::Api", "arn:${Partition}:execute-api:${Region}:${Account}:${ApiId}"),
    ("AWS::RDS::DBCluster", "arn:${Partition}:rds-db:${Region}:${Account}:dbuser:${DBClusterResourceId}"),
    ("AWS::RDS::DBInstance", "arn:${Partition}:rds-db:${Region}:${Account}:dbuser:${DbiResourceId}"),
];

fn elsewhere(resource: &Resource) -> Option<&'static str> {
    let name = resource.schema.name();
    ELSEWHERE.iter().find(|(known, _)| *known == name).map(|(_, template)| *template)
}

/// The forms of ARNs that a resource is named by.
pub(super) fn templates(resource: &Resource) -> impl Iterator<Item = &'static str> {
    resource.schema.arn_template().into_iter().chain(elsewhere(resource))
}

/// What a resource is called, by its own ARN and by those of others that have its id.
fn all_named(stack: &Stack, resource: &Resource, place: Place, deployed: &Deployed) -> Vec<Named> {
    let all = templates(resource);
    all.filter_map(|template| by_template(template, stack, resource, place, deployed)).collect()
}

fn named(stack: &Stack, resource: &Resource, place: Place, deployed: &Deployed) -> Option<Named> {
    by_template(resource.schema.arn_template()?, stack, resource, place, deployed)
}

fn by_template(
    template: &str,
    stack: &Stack,
    resource: &Resource,
    place: Place,
    deployed: &Deployed,
) -> Option<Named> {
    let mut by_text = Vec::new();
    let mut by_symbol = Vec::new();
    let variable =
        template.rsplit("${").next().and_then(|rest| rest.split_once('}')).map(|(name, _)| name)?;
    let property = name_property(resource, variable);
    let given = property.as_deref().and_then(|name| resource.property(name));
    let name = given.and_then(|given| given.value.as_str()).map(|name| match resource.property("Path") {
        // Names of IAM have a path before them.
        Some(path) if template.contains(":iam:") => {
            format!("{}{name}", path.value.as_str().unwrap_or_default().trim_start_matches('/'))
        }
        _ => name.to_owned(),
    });
    let own = || Letter::Symbol(value::symbol_of(stack, &resource.logical_id, variable));
    let text = match (&name, &property, given.map(|given| &given.value)) {
        (Some(name), ..) => called(resource, name),
        // A name that the deployment decides, or the service: anything may stand there.
        (None, Some(_), Some(Value::Late(_))) | (None, None, _) => vec![Token::Run { except: Some(':') }],
        (None, Some(_), _) => generated(stack, resource),
    };
    let symbol = match &name {
        Some(name) => called(resource, name),
        None => vec![Token::Letter(own())],
    };
    let form = form(template);
    for inside in insides(&form) {
        let of = |name: &[Token]| of_template(template, name, &inside, deployed);
        by_text.push(of(&text));
        by_symbol.push(of(&symbol));
    }
    Some(Named { place, form, by_text, is_made: property.is_none(), by_symbol, name })
}

/// What comes after the ARN of a resource in the ARNs of what is in it, in forms: `/index/*` of a table. The resource
/// itself is the first.
fn insides(of: &str) -> Vec<String> {
    let service = of.split(':').nth(2).and_then(iam::service);
    let forms =
        service.into_iter().flat_map(iam::Service::resource_types).map(|known| form(known.arn_template));
    let inside = forms.filter_map(|form| form.strip_prefix(of).map(str::to_owned));
    let mut all: Vec<String> =
        [String::new()].into_iter().chain(inside.filter(|rest| !rest.is_empty())).collect();
    all.dedup();
    all
}

/// A name that is written down, as the ARN has it: Secrets Manager adds six letters of its own.
fn called(resource: &Resource, name: &str) -> Vec<Token> {
    let mut tokens: Vec<Token> = name.chars().map(Letter::Char).map(Token::Letter).collect();
    if resource.schema.name() == "AWS::SecretsManager::Secret" {
        tokens.extend([Token::Letter(Letter::Char('-')), Token::Run { except: Some(':') }]);
    }
    tokens
}

/// The property that gives a resource its name: `QueueName`, `RoleName` for `${RoleNameWithPath}`, or just `Name`.
fn name_property(resource: &Resource, variable: &str) -> Option<String> {
    let own = resource.schema.name().rsplit("::").next().unwrap_or_default();
    // What people call a thing is not its id.
    if variable.ends_with("Id") {
        return takes(resource, variable).then(|| variable.to_owned());
    }
    let candidates =
        [variable.to_owned(), variable.replace("WithPath", ""), format!("{own}Name"), "Name".to_owned()];
    candidates.into_iter().find(|name| takes(resource, name))
}

/// Whether a resource has a property of this name that can be set.
fn takes(resource: &Resource, name: &str) -> bool {
    let schema = resource.schema;
    schema.node(schema.root()).property(name).is_some() && !schema.read_only().contains(&name)
}

/// The name that CloudFormation makes.
fn generated(stack: &Stack, resource: &Resource) -> Vec<Token> {
    let (name, id) = (&*stack.name, &*resource.logical_id);
    let mut known = format!("{name}-{id}-");
    if known.len() + RANDOM > SHORTEST_LIMIT {
        known = name.chars().take(KEPT).collect();
    }
    if resource.schema.name() == "AWS::S3::Bucket" {
        known.make_ascii_lowercase();
    }
    let letters = known.chars().map(Letter::Char).map(Token::Letter);
    letters.chain([Token::Run { except: Some(':') }]).collect()
}

/// The form of an ARN, every variable a wildcard: `arn:*:sqs:*:*:*`.
pub(super) fn form(template: &str) -> String {
    let mut form = String::with_capacity(template.len());
    let mut rest = template;
    while let Some((before, after)) = rest.split_once("${") {
        form.push_str(before);
        form.push('*');
        rest = after.split_once('}').map_or("", |(_, rest)| rest);
    }
    form + rest
}

/// An ARN with a name in it, and what is in the resource after `inside`.
fn of_template(template: &str, name: &[Token], inside: &str, deployed: &Deployed) -> Pattern {
    let mut tokens = Vec::new();
    let mut rest = template;
    let letters = |text: &str| text.chars().map(Letter::Char).map(Token::Letter).collect::<Vec<_>>();
    let field = || vec![Token::Run { except: Some(':') }];
    while let Some((before, after)) = rest.split_once("${") {
        tokens.extend(letters(before));
        let (variable, after) = after.split_once('}').unwrap_or((after, ""));
        rest = after;
        tokens.extend(match variable {
            "Account" => deployed.account.as_deref().map_or_else(field, letters),
            "Region" => deployed.region.as_deref().map_or_else(field, letters),
            "Partition" => field(),
            // The last variable is the name; those before it are names that only the service knows.
            _ if after.contains("${") => vec![Token::Run { except: None }],
            _ => name.to_vec(),
        });
    }
    tokens.extend(letters(rest));
    // Objects of a bucket are called anything; elsewhere a colon ends a name.
    let except = (!template.contains(":s3:")).then_some(':');
    tokens.extend(inside.chars().map(|char| match char {
        '*' => Token::Run { except },
        char => Token::Letter(Letter::Char(char)),
    }));
    Pattern::of_tokens(tokens)
}

/// What stands at the beginning of a pattern: a resource of the program, and whether what follows stays within it.
pub(super) enum Beginning {
    /// This resource, or what is in it.
    Within(Place),
    /// An ARN that only the deployment tells.
    Late,
    /// A text.
    Text,
}

/// What a pattern of a resource begins with: an attribute of it, or its ARN with the id that the service made.
pub(super) fn beginning(stacks: &[&Stack], pattern: &Pattern) -> Beginning {
    let mut tokens = pattern.tokens().iter();
    let Some(Token::Letter(Letter::Symbol(symbol))) = tokens.next() else {
        return identified(stacks, pattern).map_or(Beginning::Text, Beginning::Within);
    };
    match owner(stacks, symbol) {
        Some(place) if stays_within(tokens.as_slice()) => Beginning::Within(place),
        Some(_) => Beginning::Text,
        None if symbol.within_field => Beginning::Text,
        None => Beginning::Late,
    }
}

/// Whether what follows the name of something stays in it.
fn stays_within(rest: &[Token]) -> bool {
    matches!(rest.first(), None | Some(Token::Letter(Letter::Char('/' | ':'))))
}

/// The resource whose ARN a pattern is, or begins with, put together of its id: `arn:…:subnet/{id of the subnet}`.
fn identified(stacks: &[&Stack], pattern: &Pattern) -> Option<Place> {
    let (_, name) = at_name(pattern.tokens())?;
    let at = name.iter().position(|token| !matches!(token, Token::Letter(Letter::Char(_))))?;
    let Token::Letter(Letter::Symbol(symbol)) = &name[at] else { return None };
    let place = owner(stacks, symbol).filter(|_| stays_within(&name[at + 1..]))?;
    let schema = stacks[place.stack].resource(place.resource).schema;
    let template = schema.arn_template()?;
    // A name may be that of anything; what identifies the resource, and stands where its ARN has it, is of this one only.
    let attribute = symbol.name.rsplit('.').next().unwrap_or_default();
    let kind = template.splitn(6, ':').nth(5)?.split("${").next()?;
    let written = name[..at].iter().filter_map(|token| match token {
        Token::Letter(Letter::Char(char)) => Some(*char),
        _ => None,
    });
    let is_its = schema.ref_parts() == [attribute] && written.eq(kind.chars());
    (is_its && service_of(pattern).as_deref() == template.split(':').nth(2)).then_some(place)
}

/// The resource of one of these types that a text means: by its name, or by what ends in that, an ARN or a URL. Only a name
/// that is written down can be meant.
pub(super) fn meant(stacks: &[&Stack], text: &str, types: &[&str]) -> Option<Place> {
    let is_called = |of: &Resource| {
        let own = of.schema.arn_template().and_then(|template| template.rsplit("${").next());
        let property = own.and_then(|rest| name_property(of, rest.split_once('}')?.0))?;
        let name = of.property(&property)?.value.as_str()?;
        let before = text.strip_suffix(name)?;
        (before.is_empty() || before.ends_with([':', '/'])).then_some(())
    };
    stacks.iter().enumerate().find_map(|(stack, of)| {
        let mut of_types = of.resource_ids().filter(|(_, known)| types.contains(&known.schema.name()));
        let (resource, _) = of_types.find(|(_, known)| is_called(known).is_some())?;
        Some(Place { stack, resource })
    })
}

/// The resource that a symbol is an attribute of.
pub(super) fn owner(stacks: &[&Stack], symbol: &Symbol) -> Option<Place> {
    let (stack, rest) = symbol.name.split_once(':')?;
    let (logical_id, _) = rest.split_once('.')?;
    let at = stacks.iter().position(|known| *known.name == *stack)?;
    let (resource, _) = stacks[at].resource_ids().find(|(_, known)| *known.logical_id == *logical_id)?;
    Some(Place { stack: at, resource })
}

/// A pattern with what is known: where it is deployed, and names that are written down. The second value says whether
/// names of resources are left in it.
pub(super) fn resolved(stacks: &[&Stack], pattern: &Pattern, deployed: &Deployed) -> (Pattern, bool) {
    let mut tokens = Vec::with_capacity(pattern.tokens().len());
    let mut has_names = false;
    let text = |text: &str| text.chars().map(Letter::Char).map(Token::Letter).collect::<Vec<_>>();
    for token in pattern.tokens() {
        let Token::Letter(Letter::Symbol(symbol)) = token else {
            tokens.push(match token {
                // Whatever it stands for.
                Token::Variable { .. } => Token::Run { except: None },
                other => other.clone(),
            });
            continue;
        };
        let known = match &*symbol.name {
            "AWS::AccountId" => deployed.account.as_deref().map(text),
            "AWS::Region" => deployed.region.as_deref().map(text),
            _ => None,
        };
        let place = owner(stacks, symbol);
        match (known, place) {
            (Some(known), _) => tokens.extend(known),
            (None, Some(place)) => {
                let stack = stacks[place.stack];
                let resource = stack.resource(place.resource);
                let named = named(stack, resource, place, deployed);
                let is_arn = symbol.name.ends_with("Arn") || symbol.name.ends_with("ARN");
                match named.as_ref().and_then(|named| Some((named, named.name.as_deref()?))) {
                    Some((named, _)) if is_arn => {
                        tokens.extend(named.by_text.first().into_iter().flat_map(Pattern::tokens).cloned());
                    }
                    Some((_, name)) if is_name(resource, symbol) => tokens.extend(text(name)),
                    _ => {
                        has_names = true;
                        tokens.push(token.clone());
                    }
                }
            }
            // Of what is not known at all, anything may come.
            (None, None) if symbol.within_field => tokens.push(Token::Run { except: Some(':') }),
            (None, None) => tokens.push(Token::Run { except: None }),
        }
    }
    (Pattern::of_tokens(tokens), has_names)
}

/// Whether a symbol is the name of a resource as its ARN has it.
fn is_name(resource: &Resource, symbol: &Symbol) -> bool {
    let attribute = symbol.name.rsplit('.').next().unwrap_or_default();
    attribute == "Name" || attribute.ends_with("Name") || resource.schema.ref_parts() == [attribute]
}

/// Whether a text that is written down may be the ARN of a resource, or of what is in it.
pub(super) fn may_name(stacks: &[&Stack], pattern: &Pattern, place: Place, deployed: &Deployed) -> bool {
    let stack = stacks[place.stack];
    let all = all_named(stack, stack.resource(place.resource), place, deployed);
    match beginning(stacks, pattern) {
        Beginning::Within(_) | Beginning::Late => return false,
        Beginning::Text => {}
    }
    let (pattern, has_names) = resolved(stacks, pattern, deployed);
    all.iter().any(|named| named.may_be(&pattern, has_names))
}

impl Named {
    /// Whether a pattern may be about it; `has_names` says that names of resources are left in the pattern.
    pub fn may_be(&self, pattern: &Pattern, has_names: bool) -> bool {
        let forms = if has_names { &self.by_symbol } else { &self.by_text };
        if matches!(pattern.tokens(), [Token::Run { except: None }]) {
            return true;
        }
        if self.is_made && !has_names && !leaves_name_open(pattern) {
            return false;
        }
        // What is too large to tell counts as found.
        let mut near = forms.iter().filter(|form| !are_apart(pattern.tokens(), form.tokens()));
        near.any(|form| glob::overlap(pattern, form) != Found::Nothing)
    }
}

/// Whether wildcards stand in the name of an ARN, or may.
fn leaves_name_open(pattern: &Pattern) -> bool {
    let is_open = |token: &Token| !matches!(token, Token::Letter(Letter::Char(_)));
    let name = at_name(pattern.tokens()).map_or(pattern.tokens(), |(_, name)| name);
    name.iter().any(is_open)
}

/// Whether two ARNs differ for certain where their names begin: that is what almost all do, and no automaton has to run.
fn are_apart(one: &[Token], form: &[Token]) -> bool {
    let (Some((head, name)), Some((_, form_name))) = (at_name(one), at_name(form)) else { return false };
    let takes_colons = |token: &Token| match token {
        Token::Letter(Letter::Char(char)) => *char == ':',
        Token::Letter(Letter::Symbol(symbol)) => !symbol.within_field,
        Token::One { except } | Token::Run { except } => *except != Some(':'),
        Token::Variable { .. } => true,
    };
    // A wildcard that takes a colon moves what comes after it, if there is a colon to be taken.
    let moves = head.iter().any(|token| takes_colons(token) && *token != Token::Letter(Letter::Char(':')));
    if moves && form_name.iter().any(takes_colons) {
        return false;
    }
    let letters =
        name.iter().zip(form_name).take_while(|pair| matches!(pair, (Token::Letter(_), Token::Letter(_))));
    letters.into_iter().any(|(one, other)| one != other)
}

/// An ARN in two: its first five fields with their colons, and its name.
fn at_name(tokens: &[Token]) -> Option<(&[Token], &[Token])> {
    let colons = tokens.iter().enumerate().filter(|(_, token)| **token == Token::Letter(Letter::Char(':')));
    let (at, _) = colons.take(5).nth(4)?;
    Some((&tokens[..=at], &tokens[at + 1..]))
}

/// A pattern whose service is known: what stands between the second and the third colon.
pub(super) fn service_of(pattern: &Pattern) -> Option<String> {
    let mut colons = 0;
    let mut service = String::new();
    for token in pattern.tokens() {
        match token {
            Token::Letter(Letter::Char(':')) => {
                colons += 1;
                if colons == 3 {
                    return Some(service);
                }
            }
            Token::Letter(Letter::Char(char)) if colons == 2 => service.push(*char),
            Token::Letter(Letter::Char(_)) => {}
            Token::Letter(Letter::Symbol(symbol)) if symbol.within_field && colons != 2 => {}
            Token::Run { except: Some(':') } | Token::One { except: Some(':') } if colons != 2 => {}
            _ => return None,
        }
    }
    None
}
