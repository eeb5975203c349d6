//! What can be had with options: capabilities that are narrowed, structs that are made otherwise.
//!
//! The closure that was declared makes the value again, with the options that are given. What another service offers, only
//! that service can make: it is asked, and what is late about the answer are outputs that it has anyway. Rights never grow
//! on the way: what the new value allows must be contained in what the old one allows, and that is proved.
//!
//! Must not know: what options mean.

use std::rc::Rc;
use std::sync::Arc;

use ci_access::{Containment, contains, program};
use ci_base::{Code, Diagnostic};
use ci_graph::{Late, Origin, Strength, Value as Graph};

use super::builtin::Apply as _;
use super::capability::{statements_in, used_at};
use super::frame::{Label, Segment};
use super::member::provided_name;
use super::plan::{Frozen, Provided, ServiceInstance, whole_stack};
use super::value::{Closure, List, Located, Record, Value};
use super::{Eval, MAX_DEPTH};
use crate::signature::{default_strength, signature};
use crate::ty::Ty;
use crate::{Db, ItemId};

/// Where what is late is from, while rights are compared: no stack is called that.
const HERE: &str = "<here>";

/// With which options something can be had.
#[derive(Clone, Debug)]
pub struct Offer {
    /// What it is.
    ty: Ty,
    /// The struct of its options.
    options: ItemId,
    /// Those that have been given.
    given: Rc<Record>,
    how: How,
    /// What it is called: after the place of its declaration, or after what another service calls it.
    pub(super) name: Option<Arc<str>>,
}

/// How it is made with other options.
#[derive(Clone, Debug)]
enum How {
    Here(Rc<Closure>),
    /// By another service, which provides it under this name of an interface.
    There(Rc<Provided>, Arc<str>),
}

/// Why something cannot be had with some options.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Refusal {
    /// It would allow more: for instance this.
    Wider(String),
    /// It cannot be told whether it would allow more: why.
    Open(&'static str),
    /// Its provider finds something wrong with it.
    Wrong(String),
    /// An option is not known before deployment.
    Late,
    /// It is made of something that the provider has no output for.
    NoOutput(Arc<str>),
    /// It is not known.
    Unknown,
}

impl Offer {
    /// The options that have been given, and more, which win.
    fn and(&self, more: &Value) -> Option<Record> {
        let Value::Record(more) = more else { return None };
        let mut all = (*self.given).clone();
        for (name, value) in &more.entries {
            all.set(Arc::clone(name), value.clone());
        }
        Some(all)
    }
}

/// The options that a value can be had with.
pub(super) fn of(value: &Value) -> Option<&Rc<Offer>> {
    match value {
        Value::List(list) => list.offer.as_ref(),
        Value::Record(record) => record.offer.as_ref(),
        _ => None,
    }
}

/// What another service offers as `output`, in its interface as `name`.
pub(super) fn of_provider(
    value: Located,
    (ty, options): (&Ty, ItemId),
    provided: &Provided,
    name: &str,
    output: Arc<str>,
) -> Value {
    let how = How::There(Rc::new(provided.clone()), name.into());
    let given = Rc::new(Record::default());
    offering(value, Offer { ty: ty.clone(), options, given, how, name: Some(output) }).value
}

/// A value that can be had with options. Of what is neither list nor record, nothing is known.
fn offering(located: Located, offer: Offer) -> Located {
    let offer = Some(Rc::new(offer));
    let value = match located.value {
        Value::List(list) => {
            let mut list: List = list.iter().cloned().collect();
            list.offer = offer;
            Value::List(Rc::new(list))
        }
        Value::Record(mut record) => {
            Rc::make_mut(&mut record).offer = offer;
            Value::Record(record)
        }
        other => other,
    };
    Located::new(value, located.origin)
}

/// The same offer under a name, unless it has one.
pub(super) fn named(offer: Option<&Rc<Offer>>, name: &Arc<str>) -> Option<Rc<Offer>> {
    offer.map(|offer| match offer.name {
        Some(_) => Rc::clone(offer),
        None => Rc::new(Offer { name: Some(Arc::clone(name)), ..(**offer).clone() }),
    })
}

impl Eval<'_> {
    /// What a closure over options makes, as it is without any.
    pub(super) fn offered(
        &mut self,
        closure: Rc<Closure>,
        ty: &Ty,
        options: ItemId,
        origin: Origin,
    ) -> Located {
        let given = Rc::new(Record::default());
        let offer = Offer { ty: ty.clone(), options, given, how: How::Here(Rc::clone(&closure)), name: None };
        let value = self.made_with(&closure, &offer, Record::default(), origin);
        offering(value, offer)
    }

    fn made_with(&mut self, closure: &Closure, offer: &Offer, given: Record, origin: Origin) -> Located {
        if self.calls.len() as u32 > MAX_DEPTH {
            let found = Diagnostic::new(Code::RecursiveDefinition, origin, "this is made of itself")
                .note("what is had with options cannot need itself, whatever the options are");
            self.report(found);
            return Located::new(Value::Unknown, origin);
        }
        // That an option has no default has been reported.
        let mut fields = signature(self.db, offer.options).fields().iter();
        if fields.any(|field| !field.optional && given.get(&field.name).is_none()) {
            return Located::new(Value::Unknown, origin);
        }
        let options = self.with_defaults(offer.options, given);
        self.calls.push(offer.options);
        // It is made for each who takes it, so nothing in it has a name of its own.
        self.place.segments.push(Segment { label: Label::Nameless, position: 0 });
        let value = self.apply(closure, vec![Located::new(Value::Record(Rc::new(options)), origin)]);
        self.place.segments.pop();
        self.calls.pop();
        self.coerce(Located::new(value.value, origin), &offer.ty)
    }

    /// `value.name { option: … }`
    pub(super) fn with_options(&mut self, base: &Located, given: &Located, origin: Origin) -> Located {
        let nothing = Located::new(Value::Unknown, origin);
        let Some(offer) = of(&base.value).cloned() else {
            return match &base.value {
                Value::None => Located::new(Value::None, origin),
                Value::Unknown => nothing,
                _ if self.looking.is_some() => {
                    let found = Diagnostic::new(Code::NotAValue, origin, "a test takes nothing with options")
                        .help("it reads what there is: make a component that takes it, and look into that");
                    self.report(found);
                    nothing
                }
                _ => {
                    self.late_error(origin, "what is had with options", base.origin);
                    nothing
                }
            };
        };
        let Some(all) = offer.and(&given.value) else { return nothing };
        let before = self.diagnostics.len();
        let found = match &offer.how {
            How::Here(closure) => {
                let made = self.made_with(closure, &offer, all.clone(), origin);
                match self.is_narrower(&made, base) {
                    Ok(()) => Ok(made),
                    Err(refusal) => Err(refusal),
                }
            }
            How::There(provided, field) => {
                // What is wrong with an option is told where it was given.
                self.with_defaults(offer.options, all.clone());
                self.made_there(provided, field, &all, origin)
            }
        };
        match found {
            // What is wrong with an option is not wrong with what is made of it as well.
            Ok(_) if self.diagnostics.len() > before => nothing,
            Ok(made) => {
                // Only this much of it is used.
                if matches!(offer.how, How::There(..)) {
                    self.uses.retain(|used| used.origin != base.origin);
                }
                let made = match &offer.name {
                    Some(name) => super::capability::named(&made, name),
                    None => made,
                };
                let made = Located::new(used_at(made.value, origin), origin);
                offering(made, Offer { given: Rc::new(all), ..(*offer).clone() })
            }
            Err(refusal) => {
                if self.diagnostics.len() == before {
                    self.refused(&refusal, base, given.origin);
                }
                nothing
            }
        }
    }

    fn made_there(
        &mut self,
        provided: &Rc<Provided>,
        field: &Arc<str>,
        given: &Record,
        origin: Origin,
    ) -> Result<Located, Refusal> {
        let Some(provider) = provided.provider else { return Err(Refusal::Unknown) };
        let before = self.diagnostics.len();
        let located = Located::new(Value::Record(Rc::new(given.clone())), origin);
        let frozen = self.freeze(&located, &mut Vec::new());
        if self.diagnostics.len() > before {
            self.diagnostics.truncate(before);
            return Err(Refusal::Late);
        }
        let (name, field) = (Arc::clone(&provided.name), Arc::clone(field));
        let output: Arc<str> = provided_name(&name, Some(&field)).into();
        match narrowed(self.db, provider, name, field, frozen) {
            Ok(frozen) => {
                let made = self.thaw(frozen, Some(&provided.stack), origin);
                Ok(self.taken(provided, &output, made, origin))
            }
            Err(refusal) => Err(refusal.clone()),
        }
    }

    /// Whether what one value allows is contained in what another one allows.
    fn is_narrower(&mut self, narrow: &Located, wide: &Located) -> Result<(), Refusal> {
        if matches!(narrow.value, Value::Unknown) || matches!(wide.value, Value::Unknown) {
            return Err(Refusal::Unknown);
        }
        let (inner, outer) = (self.rights(narrow), self.rights(wide));
        match contains(&outer, &inner) {
            Containment::Yes => Ok(()),
            Containment::No(request) => {
                let (action, resource) = (&request.action, &request.resource);
                let resource = resource.to_string().replace(&format!("{{{HERE}:"), "{");
                Err(Refusal::Wider(format!(
                    "`{}` on `{resource}`",
                    program::as_iam_writes(&action.to_string())
                )))
            }
            Containment::Unknown(why) => Err(Refusal::Open(why.describe())),
        }
    }

    /// All statements in a value, as policies compare them.
    fn rights(&mut self, value: &Located) -> Vec<ci_access::Statement> {
        let statements = statements_in(value);
        let mut found = Vec::new();
        for statement in &statements {
            if let Some(mut lowered) = self.lower_value(statement) {
                self.by_name(&mut lowered.value);
                found.extend(program::statements(&lowered));
            }
        }
        found
    }

    /// What is late about a value, by names that are the same for the same thing.
    fn by_name(&self, value: &mut Graph) {
        match value {
            Graph::List(items) => items.iter_mut().for_each(|item| self.by_name(&mut item.value)),
            Graph::Record(entries) => {
                for entry in entries {
                    self.by_name(&mut entry.value.value);
                }
            }
            Graph::Late(late) => {
                let id = |id: ci_graph::ResourceId| &self.resources[id.0 as usize].path;
                let name = match &mut **late {
                    Late::Identifier(resource) => id(*resource).to_string(),
                    Late::Attribute(resource, attribute) => format!("{}.{attribute}", id(*resource)),
                    Late::Parameter(parameter) => self.parameters[parameter.0 as usize].name.to_string(),
                    Late::If { then, otherwise, .. } => {
                        self.by_name(&mut then.value);
                        self.by_name(&mut otherwise.value);
                        return;
                    }
                    other => {
                        other.operands_mut().iter_mut().for_each(|operand| self.by_name(operand));
                        return;
                    }
                };
                let (stack, output) = (Arc::from(HERE), Arc::from(name));
                *value = Graph::late(Late::StackOutput { stack, output, strength: Strength::Weak });
            }
            _ => {}
        }
    }

    fn refused(&mut self, refusal: &Refusal, base: &Located, options: Origin) {
        let at = base.origin;
        let what = at.range.of(self.source(at.item).text()).to_owned();
        let found = match refusal {
            Refusal::Unknown => return,
            Refusal::Wider(example) => {
                let message = format!("with these options `{what}` would allow more than it does");
                Diagnostic::new(Code::NotNarrower, options, message)
                    .label("not contained in what it is taken from")
                    .note(format!("it would allow {example}"))
                    .help("options only take away: name a part of what is allowed without them")
            }
            Refusal::Open(why) => {
                let message = format!("it cannot be shown that `{what}` allows no more with these options");
                Diagnostic::new(Code::NotNarrower, options, message)
                    .label("not known to be contained in what it is taken from")
                    .note((*why).to_owned())
                    .help("give options whose values are known, or declare a capability of its own for it")
            }
            Refusal::Wrong(message) => Diagnostic::new(
                Code::InvalidArgument,
                options,
                format!("`{what}` cannot be had so: {message}"),
            )
            .note("that is found by the service that provides it"),
            Refusal::Late => {
                let message = format!("the options of `{what}` are known only at deployment");
                Diagnostic::new(Code::NotAcrossServices, options, message)
                    .note("another service makes it, which is a stack of its own and deployed before")
                    .help("give known values, or what the other service provides")
            }
            Refusal::NoOutput(name) => {
                let message = format!("`{what}` cannot be had so by another service");
                Diagnostic::new(Code::NotAcrossServices, options, message)
                    .note(format!("it is made of something that its provider has no output for: `{name}`"))
                    .help("let what is provided without options be made of it as well")
            }
        };
        self.report(found);
    }
}

/// What a service provides, made with options: what others read of it then.
#[salsa::tracked]
pub(super) fn narrowed(
    db: &dyn Db,
    provider: ServiceInstance,
    provides: Arc<str>,
    field: Arc<str>,
    options: Frozen,
) -> Result<Frozen, Refusal> {
    let mut eval = Eval::new(db, false);
    let root = eval.root_of(provider);
    let at = eval.bodies[root.body as usize].by_name.get(&*provides).copied().ok_or(Refusal::Unknown)?;
    let origin = eval.unit_origin(root.body);
    let all = eval.member(&root, at).value;
    let Value::Record(all) = all else { return Err(Refusal::Unknown) };
    let base = all.get(&field).ok_or(Refusal::Unknown)?.clone();
    let offer = of(&base.value).cloned().ok_or(Refusal::Unknown)?;
    let given = eval.thaw(&options, None, origin);
    eval.diagnostics.clear();
    let merged = offer.and(&given.value).ok_or(Refusal::Unknown)?;
    let made = match &offer.how {
        How::Here(closure) => {
            let made = eval.made_with(closure, &offer, merged, origin);
            if let Some(found) = eval.diagnostics.first() {
                return Err(Refusal::Wrong(found.message.clone()));
            }
            eval.is_narrower(&made, &base)?;
            made
        }
        How::There(provided, field) => eval.made_there(provided, field, &merged, origin)?,
    };
    let name = provided_name(&provides, Some(&field));
    let strength = strength_of(db, provider, &provides, &field);
    let frozen = eval.export(&made, &name, strength);
    if let Some(found) = eval.diagnostics.first() {
        return Err(Refusal::Wrong(found.message.clone()));
    }
    // What is late about it must be there already: a stack does not change with whoever reads it.
    let known = &whole_stack(db, provider).stack.outputs;
    let missing = eval.outputs.iter().find(|output| known.iter().all(|known| known.name != output.name));
    match missing {
        Some(output) => Err(Refusal::NoOutput(Arc::clone(&output.name))),
        None => Ok(frozen),
    }
}

/// How firmly what a service provides ties those who read it.
fn strength_of(db: &dyn Db, provider: ServiceInstance, provides: &str, field: &str) -> Strength {
    let unit = signature(db, provider.item(db)).unit();
    let provided = unit.and_then(|unit| unit.provides.iter().find(|known| &*known.name == provides));
    let part = provided.and_then(|provided| match &provided.ty {
        Ty::Interface(item) => signature(db, *item).fields().iter().find(|known| &*known.name == field),
        _ => None,
    });
    let said = provided.and_then(|known| known.strength).or_else(|| part?.strength);
    said.unwrap_or_else(|| part.map_or(Strength::Strong, |part| default_strength(&part.ty)))
}
