//! Records: what is made of them, and how resources are filled.

use std::borrow::Cow;
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::Arc;

use ci_base::{Code, Diagnostic};
use ci_graph::{DeletionPolicy, Late, Origin, Resource, ResourceId};
use ci_syntax::ast::{Entry, Expr, ExprId, Item};

use super::builtin::case::logical_id_part;
use super::frame::{Attributes, Env, Input, Instance, Label, Override, Place, Segment, Slot, Thunk};
use super::value::{Existing, Located, Record, Value};
use super::{Draft, Eval, Filling, MAX_DEPTH, STEPS_AN_INSTANCE, Work, head_range};
use crate::infer::Resolution;
use crate::name::Def;
use crate::signature::signature;
use crate::ty::ResourceType;
use crate::{ItemId, ItemKind};

impl Eval<'_> {
    pub(super) fn record(&mut self, id: ExprId, env: &Env) -> Value {
        let tree = self.tree(env.body);
        let Expr::Record { path, entries } = &tree[id] else { return Value::Unknown };
        if path.is_none() {
            return Value::Record(Rc::new(self.entries(entries, env)));
        }
        let resolution = self.bodies[env.body as usize].inference.resolutions.get(&id);
        match resolution {
            Some(Resolution::Def(Def::Resource(resource))) => {
                let resource = *resource;
                self.resource(resource, id, env).map_or(Value::Unknown, Value::Resource)
            }
            Some(Resolution::Def(Def::Item(item))) => {
                let item = *item;
                match item.kind(self.db) {
                    ItemKind::Struct => {
                        let record = self.entries(entries, env);
                        Value::Record(Rc::new(self.with_defaults(item, record)))
                    }
                    ItemKind::Interface => Value::Record(Rc::new(self.entries(entries, env))),
                    // In a test it is a stack of its own.
                    ItemKind::Component if self.looking.is_some() => self.place_service(item, id, env),
                    ItemKind::Component | ItemKind::App => {
                        self.instance(item, id, env).map_or(Value::Unknown, Value::Instance)
                    }
                    ItemKind::Service => self.place_service(item, id, env),
                    _ => Value::Unknown,
                }
            }
            _ => Value::Unknown,
        }
    }

    /// The entries of a record, evaluated in order.
    fn entries(&mut self, entries: &[Entry], env: &Env) -> Record {
        let mut record = Record::from(Vec::with_capacity(entries.len()));
        let mut spread = false;
        // What was spread may be given again; what was computed may not.
        let mut computed: Vec<Arc<str>> = Vec::new();
        for (at, entry) in entries.iter().enumerate() {
            match *entry {
                Entry::Field { name, quoted, value, .. } => {
                    let meant = self.bodies[env.body as usize].inference.misnamed.get(&value);
                    let text = match meant {
                        None => self.source(env.body).entry_name(name, quoted),
                        Some(Some(meant)) => Cow::Borrowed(*meant),
                        Some(None) => continue,
                    };
                    let text = self.intern(&text);
                    self.place
                        .segments
                        .push(Segment { label: Label::Name(env.body, name), position: at as u32 });
                    let value = self.expr(value, env);
                    self.place.segments.pop();
                    if computed.contains(&text) {
                        let at = Origin { item: env.body, range: name.0 };
                        self.key_again(&text, at, &record);
                    }
                    // Names are written once, so that only what was spread or computed can have one already.
                    if spread || !computed.is_empty() {
                        record.set(text, value);
                    } else {
                        record.entries.push((text, value));
                    }
                }
                Entry::Computed { key, value } => {
                    let key_at = self.origin(env, key);
                    let key = self.expr(key, env);
                    let Some(text) = self.key(&key) else { continue };
                    self.place
                        .segments
                        .push(Segment { label: Label::Text(Arc::clone(&text)), position: at as u32 });
                    let value = self.expr(value, env);
                    self.place.segments.pop();
                    let written = |entry: &Entry| match *entry {
                        Entry::Field { name, quoted, .. } => {
                            *self.source(env.body).entry_name(name, quoted) == *text
                        }
                        _ => false,
                    };
                    if record.get(&text).is_some()
                        && (computed.contains(&text) || entries[..at].iter().any(written))
                    {
                        self.key_again(&text, key_at, &record);
                    }
                    computed.push(Arc::clone(&text));
                    record.set(text, value);
                }
                Entry::Spread(value) => {
                    spread = true;
                    let base = self.expr(value, env);
                    match &base.value {
                        Value::Record(more) => {
                            for (name, value) in &more.entries {
                                record.set(Arc::clone(name), value.clone());
                            }
                        }
                        Value::None | Value::Unknown => {}
                        Value::Late(_) | Value::Conditional(..) => {
                            self.late_error(base.origin, "what is spread", base.origin);
                        }
                        other => {
                            let message = format!("`..` takes a record here, found {}", other.describe());
                            self.error(Code::TypeMismatch, base.origin, message);
                        }
                    }
                }
                Entry::Error => {}
            }
        }
        record
    }

    fn key_again(&mut self, text: &str, at: Origin, record: &Record) {
        let found = Diagnostic::new(Code::DuplicateKey, at, format!("the key `{text}` is there twice"));
        let other = record.get(text).map(|other| other.origin);
        self.report(match other {
            Some(other) => found.also(other, "the other"),
            None => found,
        });
    }

    /// A value as a key.
    pub(super) fn key(&mut self, key: &Located) -> Option<Arc<str>> {
        if let Some(text) = super::builtin::scalar_text(&key.value) {
            return Some(text);
        }
        match &key.value {
            Value::Unknown => {}
            Value::Late(_) | Value::Conditional(..) => {
                self.late_error(key.origin, "a key", key.origin);
            }
            other => {
                let message = format!("a key is text or a whole number, found {}", other.describe());
                self.error(Code::TypeMismatch, key.origin, message);
            }
        }
        None
    }

    /// Fills in the defaults of a struct.
    pub(super) fn with_defaults(&mut self, item: ItemId, mut record: Record) -> Record {
        let body = self.body(item);
        let tree = self.tree(body);
        let Item::Struct { fields, .. } = &tree.item else { return record };
        let declared = signature(self.db, item).fields();
        let env = Env { body, instance: None, locals: None };
        let mut full = Record::from(Vec::with_capacity(declared.len()));
        for member in fields {
            let ci_syntax::ast::MemberKind::Declaration { name, value, .. } = member.kind else { continue };
            let text = self.name(body, name);
            let Some(field) = declared.iter().find(|field| field.name == text) else { continue };
            let given = record.entries.iter().position(|(known, _)| *known == text);
            let value = match (given, value) {
                (Some(at), _) => record.entries.swap_remove(at).1,
                (None, Some(default)) => self.expr(default, &env),
                (None, None) => Located::new(Value::None, Origin { item: body, range: name.0 }),
            };
            let value = self.coerce(value, &field.ty);
            full.entries.push((text, value));
        }
        full
    }

    fn instance(&mut self, item: ItemId, id: ExprId, env: &Env) -> Option<Rc<Instance>> {
        let tree = self.tree(env.body);
        let origin = Origin { item: env.body, range: head_range(tree, id) };
        let mut parent = env.instance.clone();
        let mut depth = 0;
        while let Some(outer) = &parent {
            depth += 1;
            if outer.item == item || depth > MAX_DEPTH {
                let name = item.name(self.db);
                let found = Diagnostic::new(
                    Code::RecursiveDefinition,
                    origin,
                    format!("`{name}` would contain itself"),
                )
                .note("a component is finite: it cannot be part of itself, directly or through others");
                self.report(found);
                return None;
            }
            parent = outer.parent.clone();
        }
        if !self.nameable(origin) {
            return None;
        }
        let Expr::Record { entries, .. } = &tree[id] else { return None };
        if !self.spend(STEPS_AN_INSTANCE, |_| origin) {
            return None;
        }
        let place = self.place.clone();
        let inputs = self.inputs(entries, env, &place);
        let body = self.body(item);
        let count = self.bodies[body as usize].members.len();
        let instance = self.instances.add(Instance {
            item,
            body,
            place,
            inputs: RefCell::new(inputs),
            members: RefCell::new(vec![Slot::Empty; count]),
            overrides: RefCell::new(Vec::new()),
            parent: env.instance.clone(),
            done: Cell::new(false),
        });
        self.later(&instance);
        Some(instance)
    }

    /// What an instance is given, to be evaluated when it is asked for.
    pub(super) fn inputs(&mut self, entries: &[Entry], env: &Env, place: &Place) -> Vec<(Arc<str>, Input)> {
        let mut inputs: Vec<(Arc<str>, Input)> = Vec::with_capacity(entries.len());
        let mut set = |name: Arc<str>, input: Input| match inputs.iter_mut().find(|(known, _)| *known == name)
        {
            Some((_, old)) => *old = input,
            None => inputs.push((name, input)),
        };
        for (at, entry) in entries.iter().enumerate() {
            match *entry {
                Entry::Field { name, quoted, value, .. } => {
                    let text = self.source(env.body).entry_name(name, quoted);
                    let text = self.intern(&text);
                    let mut place = place.clone();
                    place.segments.push(Segment { label: Label::Name(env.body, name), position: at as u32 });
                    set(text, Input::Later(Thunk { expr: value, env: env.clone(), place }));
                }
                Entry::Spread(value) => {
                    let spread = self.expr(value, env);
                    if let Value::Record(record) = &spread.value {
                        for (name, value) in &record.entries {
                            set(Arc::clone(name), Input::Value(value.clone()));
                        }
                    }
                }
                Entry::Computed { .. } | Entry::Error => {}
            }
        }
        inputs
    }

    /// Whether the place has names all the way: what is made gets its name from them.
    fn nameable(&mut self, origin: Origin) -> bool {
        let nameless = self.place.segments.iter().any(|segment| matches!(segment.label, Label::Nameless));
        if nameless {
            let found = Diagnostic::new(Code::InvalidLogicalId, origin, "nothing here gives this a name of its own")
                .note("names in the template come from names in the source, so that taking one element out leaves the others alone")
                .help("use a record, a `for` over texts, or a `let` for each");
            self.report(found);
        }
        !nameless
    }

    fn resource(&mut self, resource: ResourceType, id: ExprId, env: &Env) -> Option<ResourceId> {
        let origin = Origin { item: env.body, range: head_range(self.tree(env.body), id) };
        if !self.nameable(origin) {
            return None;
        }
        let place = self.place.clone();
        let logical_id = self.logical_id(&place, origin)?;
        let path = self.path_text(&place);
        let number = ResourceId(self.resources.len() as u32);
        if let Some(other) = self.logical_ids.get(&logical_id).copied() {
            if !self.is_guessing() {
                let other = self.resources[other.0 as usize].origin;
                let found = Diagnostic::new(
                    Code::DuplicateLogicalId,
                    origin,
                    format!("two resources would be called `{logical_id}` in the template"),
                )
                .also(other, "the other")
                .help("rename one, or say its name with `#[id(\"…\")]`");
                self.report(found);
                return None;
            }
        } else {
            self.logical_ids.insert(Arc::clone(&logical_id), number);
        }
        let (deletion, replacement) = self.policies(resource, place.attributes.as_deref());
        self.resources.push(Resource {
            condition: place.condition.clone(),
            deletion_policy: deletion,
            update_replace_policy: replacement,
            ..Resource::new(logical_id, path, resource.0, Vec::new(), origin)
        });
        self.orders.push(place.segments.iter().map(|segment| segment.position).collect());
        self.drafts.push(Draft {
            resource: number,
            record: id,
            env: env.clone(),
            place,
            overrides: Vec::new(),
            properties: Filling::Empty,
        });
        self.work.push_back(Work::Properties(number));
        Some(number)
    }

    /// What `with` says about the member that is being made, on every instance around it.
    fn overrides_of(&mut self, env: &Env, place: &Place) -> Vec<Override> {
        let Some(instance) = &env.instance else { return Vec::new() };
        let inner = &place.segments[instance.place.segments.len().min(place.segments.len())..];
        let labels: Vec<Arc<str>> = inner.iter().map(|segment| self.label(&segment.label)).collect();
        self.collect_overrides(instance, &labels)
    }

    fn collect_overrides(&self, instance: &Rc<Instance>, labels: &[Arc<str>]) -> Vec<Override> {
        let mut found = Vec::new();
        // Nearest first, so that the outermost has the last word.
        let overrides: Vec<Override> = instance.overrides.borrow().clone();
        for given in overrides {
            found.extend(self.descend(&given, labels));
        }
        if let Some(parent) = &instance.parent {
            let start = parent.place.segments.len().min(instance.place.segments.len());
            let own = &instance.place.segments[start..];
            let mut path: Vec<Arc<str>> = own.iter().map(|segment| self.label(&segment.label)).collect();
            path.extend(labels.iter().cloned());
            found.extend(self.collect_overrides(parent, &path));
        }
        found
    }

    /// The part of an override that is meant for what lies along `labels`.
    fn descend(&self, given: &Override, labels: &[Arc<str>]) -> Option<Override> {
        let mut record = given.record;
        for label in labels {
            let Expr::Record { entries, .. } = &self.tree(given.env.body)[record] else { return None };
            let source = self.source(given.env.body);
            record = entries.iter().find_map(|entry| match *entry {
                Entry::Field { name, quoted, value, .. } if *source.entry_name(name, quoted) == **label => {
                    Some(value)
                }
                _ => None,
            })?;
        }
        Some(Override { record, env: given.env.clone() })
    }

    fn label(&self, label: &Label) -> Arc<str> {
        match label {
            Label::Name(body, name) => {
                let text = self.source(*body).name(*name);
                text.trim_matches('"').into()
            }
            Label::Text(text) => Arc::clone(text),
            Label::Nameless => Arc::from(""),
        }
    }

    pub(super) fn path_text(&self, place: &Place) -> Arc<str> {
        let labels: Vec<Arc<str>> = place.segments.iter().map(|segment| self.label(&segment.label)).collect();
        labels.join(".").into()
    }

    /// The name in the template: the names that lead there, in Pascal case.
    fn logical_id(&mut self, place: &Place, origin: Origin) -> Option<Arc<str>> {
        if let Some(id) = place.attributes.as_ref().and_then(|attributes| attributes.id.clone())
            && place.declared == place.segments.len()
        {
            return self.valid_id(id, origin);
        }
        self.valid_id(self.name_of(place).into(), origin)
    }

    /// The names that lead to a place, in Pascal case.
    pub(super) fn name_of(&self, place: &Place) -> String {
        let part = |segment: &Segment| match &segment.label {
            Label::Name(body, name) => logical_id_part(self.source(*body).name(*name)),
            Label::Text(text) => logical_id_part(text),
            Label::Nameless => String::new(),
        };
        place.segments.iter().map(part).collect()
    }

    fn valid_id(&mut self, id: Arc<str>, origin: Origin) -> Option<Arc<str>> {
        let fine = !id.is_empty() && id.len() <= 255 && id.bytes().all(|byte| byte.is_ascii_alphanumeric());
        if !fine {
            let message = format!("`{id}` cannot be a name in the template");
            let found = Diagnostic::new(Code::InvalidLogicalId, origin, message)
                .note("CloudFormation takes 1 to 255 letters and digits")
                .help("shorten the names that lead here, or say one with `#[id(\"…\")]`");
            self.report(found);
            return None;
        }
        Some(id)
    }

    /// Stateful resources are kept when they leave the stack, unless the source says otherwise.
    fn policies(
        &self,
        resource: ResourceType,
        attributes: Option<&Attributes>,
    ) -> (Option<DeletionPolicy>, Option<DeletionPolicy>) {
        let mut around = attributes;
        let mut retain = None;
        while let Some(attributes) = around {
            if attributes.retain.is_some() {
                retain = attributes.retain;
                break;
            }
            around = attributes.outer.as_deref();
        }
        let schema = resource.0;
        let policy = match retain {
            Some(true) => Some(DeletionPolicy::Retain),
            Some(false) if schema.is_stateful() => Some(DeletionPolicy::Delete),
            Some(false) => None,
            None if schema.is_stateful() && schema.supports_snapshot() => Some(DeletionPolicy::Snapshot),
            None if schema.is_stateful() => Some(DeletionPolicy::Retain),
            None => None,
        };
        (policy, policy)
    }

    /// Evaluates the properties of a resource, once.
    pub(super) fn fill(&mut self, id: ResourceId) -> Option<Rc<Record>> {
        let draft = &mut self.drafts[id.0 as usize];
        match &draft.properties {
            Filling::Done(record) => return Some(Rc::clone(record)),
            Filling::Running => return None,
            Filling::Empty => {}
        }
        draft.properties = Filling::Running;
        let (record, env, place) = (draft.record, draft.env.clone(), draft.place.clone());
        let mut overrides = std::mem::take(&mut draft.overrides);
        overrides.extend(self.overrides_of(&env, &place));
        let tree = self.tree(env.body);
        let Expr::Record { entries, .. } = &tree[record] else { return None };
        let attributes = place.attributes.clone().filter(|_| place.declared == place.segments.len());
        let (around, declared) = (place.attributes.clone(), place.declared);
        let mut inner = place;
        inner.attributes = None;
        let outer = std::mem::replace(&mut self.place, inner);
        let mut properties = self.entries(entries, &env);
        // The outermost `with` was collected last and wins.
        for given in overrides {
            let Expr::Record { entries, .. } = &self.tree(given.env.body)[given.record] else { continue };
            let set = self.entries(entries, &given.env);
            merge(&mut properties, set);
        }
        self.place = outer;
        let resource = &mut self.resources[id.0 as usize];
        if is_cluster_member(resource.schema.name(), &properties)
            && resource.deletion_policy == Some(DeletionPolicy::Snapshot)
        {
            (resource.deletion_policy, resource.update_replace_policy) = (None, None);
        }
        if let Some(attributes) = attributes {
            self.direct_attributes(id, &attributes);
        }
        self.dependencies(id, around.as_deref());
        self.spare(id, declared, around.as_deref());
        let properties = Rc::new(properties);
        self.drafts[id.0 as usize].properties = Filling::Done(Rc::clone(&properties));
        Some(properties)
    }

    fn direct_attributes(&mut self, id: ResourceId, attributes: &Attributes) {
        let lower = |eval: &mut Self, value: &Option<Located>| {
            value.as_ref().and_then(|value| eval.lower_value(value)).map(|value| value.value)
        };
        let creation_policy = lower(self, &attributes.creation_policy);
        let update_policy = lower(self, &attributes.update_policy);
        let metadata = lower(self, &attributes.metadata);
        let resource = &mut self.resources[id.0 as usize];
        resource.creation_policy = creation_policy;
        resource.update_policy = update_policy;
        resource.metadata = metadata;
    }

    fn dependencies(&mut self, id: ResourceId, attributes: Option<&Attributes>) {
        let mut targets = Vec::new();
        let mut around = attributes;
        while let Some(attributes) = around {
            for value in &attributes.depends_on {
                self.made_by("depends_on", value, &mut targets);
            }
            around = attributes.outer.as_deref();
        }
        targets.retain(|target| *target != id);
        targets.sort_unstable();
        targets.dedup();
        self.resources[id.0 as usize].depends_on = targets;
    }

    /// The resources a value stands for: itself, those of a list or map, those of an instance.
    pub(super) fn made_by(&mut self, said: &str, value: &Located, targets: &mut Vec<ResourceId>) {
        match &value.value {
            Value::Resource(id) => targets.push(*id),
            Value::Conditional(_, inner) => self.made_by(said, &inner.clone(), targets),
            Value::List(items) => items.iter().for_each(|item| self.made_by(said, item, targets)),
            Value::Record(record) => {
                record.entries.iter().for_each(|(_, item)| self.made_by(said, item, targets));
            }
            Value::Instance(instance) => {
                self.members(instance);
                let start = &instance.place.segments;
                let inside: Vec<ResourceId> = self
                    .drafts
                    .iter()
                    .filter(|draft| {
                        draft.place.segments.len() > start.len()
                            && same_place(&draft.place.segments[..start.len()], start)
                    })
                    .map(|draft| draft.resource)
                    .collect();
                targets.extend(inside);
            }
            // What is made of attributes stands for the resources that have them. What another stack gives is there before.
            Value::Late(late) => {
                let late = ci_graph::Value::Late(Box::new((**late).clone()));
                ci_graph::visit_late(&late, value.origin, &mut |late, _| match late {
                    Late::Identifier(id) | Late::Attribute(id, _) => targets.push(*id),
                    _ => {}
                });
            }
            Value::Text(_) => {}
            Value::Unknown | Value::None => {}
            other => {
                let message = format!("`{said}` takes resources and instances, found {}", other.describe());
                self.error(Code::InvalidAttribute, value.origin, message);
            }
        }
    }

    pub(super) fn existing(&mut self, record: ExprId, env: &Env) -> Value {
        let Some(Resolution::Def(Def::Resource(resource))) =
            self.bodies[env.body as usize].inference.resolutions.get(&record)
        else {
            return Value::Unknown;
        };
        let resource = *resource;
        let Expr::Record { entries, .. } = &self.tree(env.body)[record] else { return Value::Unknown };
        let properties = self.entries(entries, env);
        Value::Existing(Rc::new(Existing { resource, properties }))
    }

    pub(super) fn with(&mut self, base: ExprId, overrides: ExprId, env: &Env) -> Located {
        let made = self.expr(base, env);
        let given = Override { record: overrides, env: env.clone() };
        self.overridden.push((made.clone(), given.clone()));
        self.override_value(&made, given);
        made
    }

    fn too_late(&mut self, given: &Override) {
        let at = self.origin(&given.env, given.record);
        let found =
            Diagnostic::new(Code::InvalidOverride, at, "this comes too late: what it sets has been read")
                .help("write `with` where the instance or resource is made");
        self.report(found);
    }

    /// Reports what `with` set on something that was never made.
    pub(super) fn unmet_overrides(&mut self) {
        for (made, given) in std::mem::take(&mut self.overridden) {
            self.unmet(&made, &given);
        }
    }

    fn unmet(&mut self, made: &Located, given: &Override) {
        let tree = self.tree(given.env.body);
        let Expr::Record { path: None, entries } = &tree[given.record] else { return };
        for entry in entries {
            let Entry::Field { name, quoted, value, .. } = *entry else { continue };
            let text = self.source(given.env.body).entry_name(name, quoted);
            let at = Origin { item: given.env.body, range: name.0 };
            let inner = match &made.value {
                Value::Conditional(_, inner) => return self.unmet(&inner.clone(), given),
                Value::Instance(instance) => {
                    let member = self.bodies[instance.body as usize].by_name.get(&*text).copied();
                    let Some(member) = member else { continue };
                    let slot = instance.members.borrow()[member as usize].clone();
                    match slot {
                        Slot::Value(value) => value,
                        Slot::Empty | Slot::Running => continue,
                    }
                }
                Value::Record(record) => match record.get(&text) {
                    Some(value) => value.clone(),
                    None => {
                        let known: Vec<&str> = record.entries.iter().map(|(name, _)| &**name).collect();
                        let found = Diagnostic::new(
                            Code::InvalidOverride,
                            at,
                            format!("nothing is made under `{text}`"),
                        )
                        .note(format!("made here: {}", known.join(", ")));
                        let found = match ci_base::did_you_mean(&text, known) {
                            Some(near) => found.help(format!("did you mean `{near}`?")),
                            None => found,
                        };
                        self.report(found);
                        continue;
                    }
                },
                Value::None => {
                    let at = self.origin(&given.env, given.record);
                    self.error(
                        Code::InvalidOverride,
                        at,
                        "this instance does not make what is overridden here",
                    );
                    return;
                }
                _ => return,
            };
            self.unmet(&inner, &Override { record: value, env: given.env.clone() });
        }
    }

    fn override_value(&mut self, made: &Located, given: Override) {
        match &made.value {
            Value::Resource(id) => {
                let draft = &mut self.drafts[id.0 as usize];
                if matches!(draft.properties, Filling::Empty) {
                    draft.overrides.push(given);
                } else {
                    self.too_late(&given);
                }
            }
            Value::Instance(instance) => {
                let inside = |draft: &Draft| {
                    let start = &instance.place.segments;
                    draft.place.segments.len() > start.len()
                        && same_place(&draft.place.segments[..start.len()], start)
                };
                let read = self
                    .drafts
                    .iter()
                    .any(|draft| !matches!(draft.properties, Filling::Empty) && inside(draft));
                if read {
                    self.too_late(&given);
                }
                instance.overrides.borrow_mut().push(given);
            }
            Value::Conditional(_, inner) => self.override_value(&inner.clone(), given),
            Value::Record(record) => {
                let Expr::Record { entries, .. } = &self.tree(given.env.body)[given.record] else { return };
                for entry in entries {
                    let Entry::Field { name, quoted, value, .. } = *entry else { continue };
                    let text = self.source(given.env.body).entry_name(name, quoted);
                    if let Some(made) = record.get(&text) {
                        self.override_value(
                            &made.clone(),
                            Override { record: value, env: given.env.clone() },
                        );
                    } else {
                        let at = Origin { item: given.env.body, range: name.0 };
                        let message = format!("there is no `{text}` here");
                        self.error(Code::InvalidOverride, at, message);
                    }
                }
            }
            _ => {}
        }
    }
}

fn same_place(left: &[Segment], right: &[Segment]) -> bool {
    left.iter().zip(right).all(|(a, b)| {
        a.position == b.position
            && match (&a.label, &b.label) {
                (Label::Name(x, a), Label::Name(y, b)) => x == y && a == b,
                (Label::Text(a), Label::Text(b)) => a == b,
                (Label::Nameless, Label::Nameless) => true,
                _ => false,
            }
    })
}

/// Whether a database instance keeps its data in a cluster: then the cluster is what is snapshot, and CloudFormation
/// refuses a snapshot of the instance. Source: the user guide's page on the `DeletionPolicy` attribute.
fn is_cluster_member(resource_type: &str, properties: &Record) -> bool {
    match resource_type {
        "AWS::RDS::DBInstance" => properties.get("DBClusterIdentifier").is_some(),
        "AWS::Neptune::DBInstance" | "AWS::DocDB::DBInstance" => true,
        _ => false,
    }
}

/// Sets what `set` says, record by record; anything but a record is replaced whole.
fn merge(into: &mut Record, set: Record) {
    for (name, value) in set.entries {
        let old = into.entries.iter_mut().find(|(known, _)| *known == name);
        match (old, &value.value) {
            (Some((_, Located { value: Value::Record(old), .. })), Value::Record(new)) => {
                let mut merged = (**old).clone();
                merge(&mut merged, (**new).clone());
                *old = Rc::new(merged);
            }
            (Some((_, old)), _) => *old = value,
            (None, _) => into.entries.push((name, value)),
        }
    }
}
