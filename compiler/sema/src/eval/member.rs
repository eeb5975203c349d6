//! Members and inputs of instances, found on demand.

use std::rc::Rc;
use std::sync::Arc;

use ci_base::{Code, Diagnostic};
use ci_graph::{Late, Origin, Output, Parameter, ParameterConstraints, ParameterId, Strength};
use ci_syntax::ast::{Attribute, ExprId, Keyword, Member, MemberKind, Name};

use super::builtin::concat;
use super::frame::{Attributes, Env, IfUsed, Input, Instance, Label, Segment, Slot, Thunk};
use super::value::{Located, Value};
use super::{Eval, Work, lower};
use crate::signature::{Field, Signature, attribute, by_value, default_strength, signature};
use crate::ty::{Bounds, Ty};

impl Eval<'_> {
    /// Goes through the members of an instance in the order of the source.
    pub(super) fn members(&mut self, instance: &Rc<Instance>) {
        if instance.done.replace(true) || self.stopped {
            return;
        }
        let body = &self.bodies[instance.body as usize];
        let members = body.members;
        let is_stack = self.is_stack(instance);
        // Most members are resources.
        self.resources.reserve(members.len());
        self.drafts.reserve(members.len());
        for (at, member) in members.iter().enumerate() {
            match &member.kind {
                // What is declared a second time has been reported, and makes nothing.
                MemberKind::Declaration { name, .. } if self.is_repeated(instance, *name, at) => {}
                MemberKind::Declaration { keyword, name, .. } => {
                    let value = self.member(instance, at as u32);
                    match keyword {
                        Keyword::Output if is_stack => self.output(instance, member, *name, &value, None),
                        Keyword::Provides if is_stack => self.provide(instance, member, *name, &value),
                        _ => {}
                    }
                }
                MemberKind::Assert { condition, message } if self.looking.is_some() => {
                    let env = self.env(instance);
                    self.test_assertion(&env, *condition, *message);
                }
                MemberKind::Assert { condition, message } => self.assert(instance, *condition, *message),
                MemberKind::Require { .. } | MemberKind::Environment { .. } | MemberKind::Error => {}
            }
        }
    }

    fn is_repeated(&self, instance: &Instance, name: Name, at: usize) -> bool {
        let body = &self.bodies[instance.body as usize];
        body.by_name.get(body.source.name(name)).is_some_and(|first| *first as usize != at)
    }

    /// Whether an instance is the service that becomes the stack.
    fn is_stack(&self, instance: &Instance) -> bool {
        instance.parent.is_none() && instance.item.kind(self.db) == crate::ItemKind::Service
    }

    fn assert(&mut self, instance: &Rc<Instance>, condition: ExprId, message: Option<ExprId>) {
        let env = self.env(instance);
        let holds = self.expr(condition, &env);
        let at = holds.origin;
        match holds.value {
            Value::Bool(true) | Value::Unknown => {}
            Value::Bool(false) => {
                let text = message.map(|message| self.expr(message, &env).value);
                let message = match text {
                    Some(Value::Text(text)) => text.to_string(),
                    _ => format!("`{}` does not hold", at.range.of(self.source(at.item).text())),
                };
                let mut found =
                    Diagnostic::new(Code::AssertionFailed, at, message).label("this does not hold");
                if let Some(made_at) = self.made_at(instance) {
                    found = found.also(made_at, "instantiated here");
                }
                self.report(found);
            }
            Value::Late(_) => {
                self.late_error(at, "what is asserted", at);
            }
            _ => {}
        }
    }

    /// Where an instance's inputs were given, for messages.
    fn made_at(&self, instance: &Instance) -> Option<Origin> {
        let inputs = instance.inputs.borrow();
        let (_, input) = inputs.first()?;
        match input {
            Input::Value(value) => Some(value.origin),
            Input::Later(thunk) => Some(self.origin(&thunk.env, thunk.expr)),
            Input::Running => None,
        }
    }

    pub(super) fn env(&self, instance: &Rc<Instance>) -> Env {
        Env { body: instance.body, instance: Some(Rc::clone(instance)), locals: None }
    }

    /// The value of a member.
    pub(super) fn member(&mut self, instance: &Rc<Instance>, at: u32) -> Located {
        let member = &self.bodies[instance.body as usize].members[at as usize];
        let MemberKind::Declaration { keyword, name, value, .. } = member.kind else {
            return Located::new(Value::Unknown, Origin { item: instance.body, range: member.range });
        };
        let origin = Origin { item: instance.body, range: name.0 };
        let slot = instance.members.borrow()[at as usize].clone();
        match slot {
            Slot::Value(value) => return value,
            Slot::Running => {
                let text = self.source(instance.body).name(name);
                let message = format!("`{text}` is defined by itself");
                let found = Diagnostic::new(Code::RecursiveDefinition, origin, message)
                    .label("its value needs its own value")
                    .help("take the value that both need into a `let` of its own");
                self.report(found);
                return Located::new(Value::Unknown, origin);
            }
            Slot::Empty => {}
        }
        instance.members.borrow_mut()[at as usize] = Slot::Running;
        let value = match keyword {
            Keyword::Input | Keyword::Needs => self.input(instance, at, name, value),
            Keyword::Param => self.parameter(instance, member, at, name, value),
            Keyword::Let | Keyword::Output | Keyword::Provides | Keyword::Capability => match value {
                Some(value) => {
                    let value = self.declaration(instance, member, at, name, value);
                    if keyword == Keyword::Capability || super::offer::of(&value.value).is_some() {
                        let mut place = instance.place.clone();
                        place
                            .segments
                            .push(Segment { label: Label::Name(instance.body, name), position: at });
                        self.named_capability(&value, &place)
                    } else {
                        value
                    }
                }
                None => Located::new(Value::Unknown, origin),
            },
            Keyword::Field => Located::new(Value::Unknown, origin),
        };
        instance.members.borrow_mut()[at as usize] = Slot::Value(value.clone());
        value
    }

    fn declaration(
        &mut self,
        instance: &Rc<Instance>,
        member: &Member,
        at: u32,
        name: Name,
        value: ExprId,
    ) -> Located {
        let env = self.env(instance);
        let mut place = instance.place.clone();
        let mut label = Label::Name(instance.body, name);
        if !member.attributes.is_empty() {
            if let Some(former) = self.text_attribute(&member.attributes, "formerly", &env) {
                label = Label::Text(former);
            }
            let mut attributes = self.attributes(&member.attributes, &env, place.attributes.take());
            attributes.level = place.segments.len() + 1;
            place.attributes = Some(Rc::new(attributes));
        }
        place.segments.push(Segment { label, position: at });
        place.declared = place.segments.len();
        let outer = std::mem::replace(&mut self.place, place);
        let found = self.expr(value, &env);
        self.place = outer;
        let ty = self.bodies[instance.body as usize].inference.members.get(at as usize).cloned();
        match ty {
            Some(ty) => self.coerce(found, &ty),
            None => found,
        }
    }

    fn text_attribute(&mut self, attributes: &[Attribute], name: &str, env: &Env) -> Option<Arc<str>> {
        let found = attribute(self.source(env.body), attributes, name)?;
        let argument = found.arguments.first()?.value;
        match self.expr(argument, env).value {
            Value::Text(text) => Some(text),
            Value::Unknown => None,
            _ => {
                let at = self.origin(env, argument);
                self.late_error(at, "the argument of an attribute", at);
                None
            }
        }
    }

    fn attributes(&mut self, given: &[Attribute], env: &Env, outer: Option<Rc<Attributes>>) -> Attributes {
        let mut attributes = Attributes { outer, ..Attributes::default() };
        attributes.id = self.text_attribute(given, "id", env);
        let source = self.source(env.body);
        if let Some(retain) = attribute(source, given, "retain") {
            attributes.retain = match retain.arguments.first().map(|argument| argument.value) {
                None => Some(true),
                Some(argument) => match self.expr(argument, env).value {
                    Value::Bool(retain) => Some(retain),
                    Value::Unknown => None,
                    _ => {
                        let at = self.origin(env, argument);
                        self.late_error(at, "whether to retain a resource", at);
                        None
                    }
                },
            };
        }
        for dependency in given.iter().filter(|attribute| source.name(attribute.name) == "depends_on") {
            for argument in &dependency.arguments {
                let value = self.expr(argument.value, env);
                attributes.depends_on.push(value);
            }
        }
        let record = |eval: &mut Self, name: &str| {
            let argument = attribute(source, given, name)?.arguments.first()?.value;
            Some(eval.expr(argument, env))
        };
        attributes.creation_policy = record(self, "creation_policy");
        attributes.update_policy = record(self, "update_policy");
        attributes.metadata = record(self, "metadata");
        if let Some(found) = attribute(source, given, "if_used") {
            let with = found.arguments.iter().map(|argument| self.expr(argument.value, env)).collect();
            attributes.if_used = Some(IfUsed { origin: Origin { item: env.body, range: found.range }, with });
        }
        attributes
    }

    fn declared_field(&self, instance: &Instance, name: Name) -> Option<Field> {
        let text = self.source(instance.body).name(name);
        let Signature::Unit(unit) = signature(self.db, instance.item) else { return None };
        let fields = unit.inputs.iter().chain(&unit.outputs).chain(&unit.provides);
        fields.into_iter().find(|field| *field.name == *text).cloned()
    }

    fn input(&mut self, instance: &Rc<Instance>, at: u32, name: Name, default: Option<ExprId>) -> Located {
        let origin = Origin { item: instance.body, range: name.0 };
        let text = self.name(instance.body, name);
        let ty = self.bodies[instance.body as usize]
            .inference
            .members
            .get(at as usize)
            .cloned()
            .unwrap_or(Ty::Error);
        let given = instance.inputs.borrow().iter().position(|(known, _)| *known == text);
        let Some(given) = given else {
            if self.open && instance.parent.is_none() {
                return Located::new(Value::Unknown, origin);
            }
            let Some(default) = default else {
                // What may be left out without a default is `none`; anything else has been reported.
                let value = if matches!(ty, Ty::Option(_) | Ty::Json) { Value::None } else { Value::Unknown };
                return Located::new(value, origin);
            };
            let env = self.env(instance);
            let mut place = instance.place.clone();
            place.segments.push(Segment { label: Label::Name(instance.body, name), position: at });
            let outer = std::mem::replace(&mut self.place, place);
            let value = self.expr(default, &env);
            self.place = outer;
            return self.coerce(value, &ty);
        };
        let input = std::mem::replace(&mut instance.inputs.borrow_mut()[given].1, Input::Running);
        let value = match input {
            Input::Value(value) => value,
            Input::Running => {
                let message = format!("the input `{text}` needs its own value");
                self.error(Code::RecursiveDefinition, origin, message);
                Located::new(Value::Unknown, origin)
            }
            Input::Later(Thunk { expr, env, place }) => {
                let outer = std::mem::replace(&mut self.place, place);
                let value = self.expr(expr, &env);
                self.place = outer;
                self.coerce(value, &ty)
            }
        };
        instance.inputs.borrow_mut()[given].1 = Input::Value(value.clone());
        value
    }

    fn parameter(
        &mut self,
        instance: &Rc<Instance>,
        member: &Member,
        at: u32,
        name: Name,
        default: Option<ExprId>,
    ) -> Located {
        let origin = Origin { item: instance.body, range: name.0 };
        let ty = self.bodies[instance.body as usize]
            .inference
            .members
            .get(at as usize)
            .cloned()
            .unwrap_or(Ty::Error);
        let env = self.env(instance);
        let before = self.diagnostics.len();
        let default = default.map(|default| {
            let value = self.expr(default, &env);
            self.coerce(value, &ty)
        });
        // What has been said about a default need not be said about the parameter.
        let default = default.filter(|_| self.diagnostics.len() == before);
        let text = self.source(instance.body).name(name);
        let parameter_name: Arc<str> = super::builtin::case::logical_id_part(text).into();
        let (secret, ty) = match &ty {
            Ty::Secret(inner) => (true, (**inner).clone()),
            other => (false, other.clone()),
        };
        let (parameter_type, mut constraints) = self.parameter_type(&ty);
        let default = default.and_then(|default| {
            let at = default.origin;
            let text = match &default.value {
                Value::List(items) => {
                    let texts: Vec<Arc<str>> =
                        items.iter().filter_map(|item| super::builtin::scalar_text(&item.value)).collect();
                    Some(texts.join(",").into())
                }
                Value::Unknown => None,
                value => super::builtin::scalar_text(value),
            };
            if secret && text.is_some() {
                self.report(
                    Diagnostic::new(
                        Code::SecretExposed,
                        at,
                        "a secret has no default: it would be readable in the template",
                    )
                    .help("leave the default out and give the value at deployment"),
                );
                return None;
            }
            let value = match (&default.value, &text) {
                (Value::Int(value), _) if parameter_type == "Number" => ci_graph::Value::Int(*value),
                (Value::Float(value), _) if parameter_type == "Number" => ci_graph::Value::Float(*value),
                (_, Some(text)) => ci_graph::Value::String(Arc::clone(text)),
                (_, None) => {
                    if !matches!(default.value, Value::Unknown) {
                        self.late_error(at, "the default of a parameter", at);
                    }
                    return None;
                }
            };
            Some(ci_graph::Located { value, origin: at })
        });
        if matches!(ty, Ty::Bool) {
            constraints.allowed_values = ["true", "false"].into_iter().map(ci_graph::Value::string).collect();
        }
        if let Some(existing) = self.parameters.iter().find(|parameter| parameter.name == parameter_name) {
            let found = Diagnostic::new(
                Code::DuplicateLogicalId,
                origin,
                format!("two parameters would be called `{parameter_name}` in the template"),
            )
            .also(existing.origin, "the other");
            self.report(found);
        }
        let id = ParameterId(self.parameters.len() as u32);
        self.parameters.push(Parameter {
            name: parameter_name,
            parameter_type: parameter_type.into(),
            default,
            description: self.source(instance.body).doc(member.range.start).map(|doc| one_line(&doc).into()),
            no_echo: secret,
            constraints,
            origin,
        });
        let late = Late::Parameter(id);
        let value = if matches!(ty, Ty::Bool) {
            let equals =
                ci_graph::Condition::Equals(ci_graph::Value::late(late), ci_graph::Value::string("true"));
            Value::late(Late::Truth(Arc::new(equals)))
        } else {
            Value::late(late)
        };
        Located::new(value, origin)
    }

    /// What CloudFormation calls a parameter of a type, and what narrows it.
    fn parameter_type(&self, ty: &Ty) -> (String, ParameterConstraints) {
        let mut constraints = ParameterConstraints::default();
        let (base, bounds) = match ty {
            Ty::Narrowed(base, bounds) => (&**base, Some(&**bounds)),
            other => (other, None),
        };
        let name = match base {
            Ty::Int | Ty::Float => "Number".to_owned(),
            Ty::Port => {
                (constraints.min_value, constraints.max_value) = (Some(0), Some(65_535));
                "Number".to_owned()
            }
            Ty::Texts(texts) => {
                constraints.allowed_values = texts.iter().cloned().map(ci_graph::Value::String).collect();
                "String".to_owned()
            }
            Ty::Enum(item) => {
                if let Signature::Enum(variants) = signature(self.db, *item) {
                    constraints.allowed_values = variants
                        .iter()
                        .map(|(_, value)| ci_graph::Value::String(Arc::clone(value)))
                        .collect();
                }
                "String".to_owned()
            }
            Ty::Id(targets) => parameter_type_of(&targets[0]).unwrap_or("String").to_owned(),
            Ty::List(element) => match &**element {
                Ty::Id(targets) => parameter_type_of(&targets[0])
                    .map_or_else(|| "CommaDelimitedList".to_owned(), |name| format!("List<{name}>")),
                _ => "CommaDelimitedList".to_owned(),
            },
            _ => "String".to_owned(),
        };
        if let Some(Bounds { min, max, pattern }) = bounds {
            if name == "Number" {
                constraints.min_value = min.or(constraints.min_value);
                constraints.max_value = max.or(constraints.max_value);
            } else {
                (constraints.min_length, constraints.max_length) = (*min, *max);
            }
            constraints.allowed_pattern.clone_from(pattern);
        }
        (name, constraints)
    }

    fn output(
        &mut self,
        instance: &Rc<Instance>,
        member: &Member,
        name: Name,
        value: &Located,
        strength: Option<Strength>,
    ) {
        let text = self.source(instance.body).name(name);
        let output = super::builtin::case::logical_id_part(text);
        let description = self.source(instance.body).doc(member.range.start);
        let ty = self.declared_field(instance, name).map_or(Ty::Error, |field| field.ty);
        self.push_output(output, value, &ty, description.as_deref(), strength);
    }

    fn push_output(
        &mut self,
        name: String,
        value: &Located,
        ty: &Ty,
        description: Option<&str>,
        provided: Option<Strength>,
    ) {
        let (condition, inner) = match &value.value {
            Value::Conditional(condition, inner) => (Some(Arc::clone(condition)), (**inner).clone()),
            Value::None => return,
            _ => (None, value.clone()),
        };
        let text = match &inner.value {
            Value::List(items) => {
                let separator = Value::text(",");
                let mut parts = Vec::new();
                for (at, item) in items.iter().enumerate() {
                    if at > 0 {
                        parts.push(Located::new(separator.clone(), inner.origin));
                    }
                    parts.push(item.clone());
                }
                concat(&parts).map(|value| Located::new(value, inner.origin))
            }
            // An output is text, whatever is known of its elements.
            Value::Late(late) if matches!(ty.unwrapped().0.widened(), Ty::List(_)) => {
                let list = ci_graph::Value::late((**late).clone());
                Ok(Located::new(Value::late(Late::Join { separator: ",".into(), list }), inner.origin))
            }
            Value::Unknown | Value::Late(_) => Ok(inner.clone()),
            Value::Duration(seconds) => Ok(Located::new(Value::text(seconds.to_string()), inner.origin)),
            Value::Size(bytes) => Ok(Located::new(Value::text(bytes.to_string()), inner.origin)),
            _ => concat(std::slice::from_ref(&inner)).map(|value| Located::new(value, inner.origin)),
        };
        match text {
            Ok(text) => {
                let Some(value) = lower::simple(&text) else { return };
                if let Some(other) = self.outputs.iter().find(|output| *output.name == *name) {
                    let found = Diagnostic::new(
                        Code::DuplicateLogicalId,
                        inner.origin,
                        format!("two outputs would be called `{name}` in the template"),
                    )
                    .also(other.value.origin, "the other");
                    self.report(found);
                    return;
                }
                let description = description.map(|text| one_line(text).into());
                self.outputs.push(Output { name: name.into(), value, description, condition, provided });
            }
            Err(problem) => {
                self.builtin_problem(inner.origin, problem);
            }
        }
    }

    /// What a service provides becomes one output for each field of its interface.
    fn provide(&mut self, instance: &Rc<Instance>, member: &Member, name: Name, value: &Located) {
        let Some(field) = self.declared_field(instance, name) else { return };
        let text = self.source(instance.body).name(name).to_owned();
        let description = self.source(instance.body).doc(member.range.start);
        match &field.ty {
            Ty::Interface(item) => {
                let fields = signature(self.db, *item).fields();
                let Value::Record(record) = &value.value else { return };
                for part in fields {
                    if let Some(value) = record.get(&part.name) {
                        let strength =
                            field.strength.or(part.strength).unwrap_or_else(|| default_strength(&part.ty));
                        let name = provided_name(&text, Some(&part.name));
                        if by_value(&part.ty) {
                            let statements = self.export(value, &name, strength);
                            self.granted.push((name.into(), statements));
                            continue;
                        }
                        self.push_output(name, value, &part.ty, description.as_deref(), Some(strength));
                    }
                }
            }
            // Alone, as has been reported.
            ty if by_value(ty) => {}
            ty => {
                let strength = field.strength.unwrap_or_else(|| default_strength(ty));
                let name = provided_name(&text, None);
                self.push_output(name, value, ty, description.as_deref(), Some(strength));
            }
        }
    }

    pub(super) fn later(&mut self, instance: &Rc<Instance>) {
        self.work.push_back(Work::Members(Rc::clone(instance)));
    }
}

/// The output that carries a part of what a service provides.
pub(super) fn provided_name(provides: &str, field: Option<&str>) -> String {
    let mut name = super::builtin::case::logical_id_part(provides);
    if let Some(field) = field {
        name.push_str(&super::builtin::case::logical_id_part(field));
    }
    name
}

/// The AWS-specific parameter type whose values identify a resource this way; CloudFormation checks those against
/// the account. Source: the parameter types cfn-lint 1.58.0 accepts.
fn parameter_type_of(target: &crate::ty::Target) -> Option<&'static str> {
    Some(match (target.resource_type, target.attribute) {
        ("AWS::EC2::VPC", "VpcId") => "AWS::EC2::VPC::Id",
        ("AWS::EC2::Subnet", "SubnetId") => "AWS::EC2::Subnet::Id",
        ("AWS::EC2::SecurityGroup", "GroupId" | "Id") => "AWS::EC2::SecurityGroup::Id",
        ("AWS::EC2::KeyPair", "KeyName") => "AWS::EC2::KeyPair::KeyName",
        ("AWS::EC2::Instance", "InstanceId") => "AWS::EC2::Instance::Id",
        ("AWS::EC2::Volume", "VolumeId") => "AWS::EC2::Volume::Id",
        ("AWS::Route53::HostedZone", "Id") => "AWS::Route53::HostedZone::Id",
        _ => return None,
    })
}

/// Documentation as a description: its first paragraph on one line.
pub(super) fn one_line(doc: &str) -> String {
    let paragraph = doc.split("\n\n").next().unwrap_or_default();
    paragraph.split_whitespace().collect::<Vec<_>>().join(" ")
}
