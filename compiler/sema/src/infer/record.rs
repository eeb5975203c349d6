//! Records: resources, instances of units, structs, plain records, and what `with` overrides.

use std::borrow::Cow;
use std::sync::Arc;

use ci_base::{Code, Diagnostic, TextRange, did_you_mean, part_of};
use ci_catalog::{Additional, Kinds};
use ci_syntax::ast::{Entry, Expr, ExprId, Item, Keyword, MemberKind, Name, UnitKind};

use super::{Infer, Resolution, infer, unit_word};
use crate::ItemId;
use crate::item::{ItemKind, is_damaged, item_source, item_tree};
use crate::name::Def;
use crate::signature::{Field, Signature, deprecated, signature};
use crate::ty::{NodeType, ResourceType, Ty, join, resource_path};

impl<'db> Infer<'db> {
    pub(super) fn record(
        &mut self,
        id: ExprId,
        path: Option<&'db [Name]>,
        entries: &'db [Entry],
        expected: Option<&Ty>,
    ) -> Ty {
        let Some(path) = path else { return self.plain_record(id, entries, expected) };
        if let [name] = path
            && self.is_value(*name)
        {
            return self.record_after_value(id, *name, entries);
        }
        let Some(def) = self.resolve(path) else {
            self.loose_entries(entries);
            return Ty::Error;
        };
        self.resolutions.insert(id, Resolution::Def(def.clone()));
        let at = path[0].0.cover(path[path.len() - 1].0);
        match def {
            Def::Resource(resource) => {
                if matches!(self.tree.item, Item::Fn { .. } | Item::Const { .. } | Item::Struct { .. }) {
                    let found = Diagnostic::new(Code::NotAValue, at, "a resource cannot be made here")
                        .note("its name in the template comes from the names that lead to it in a component or service")
                        .help("declare a `component` for it");
                    self.report(found);
                    self.resource(resource, entries);
                    return self.refuse(id);
                }
                if self.inspects() {
                    self.resource_in_test(at);
                    self.resource(resource, entries);
                    return self.refuse(id);
                }
                if let Item::Unit { kind: UnitKind::App, .. } = self.tree.item {
                    let found = Diagnostic::new(Code::NotAValue, at, "a resource cannot be made in an app")
                        .note("an app has no stack of its own: it wires services together")
                        .help("make it in a service");
                    self.report(found);
                    self.resource(resource, entries);
                    return self.refuse(id);
                }
                self.resource(resource, entries);
                Ty::Resource(resource)
            }
            Def::Item(item) => match signature(self.db, item) {
                Signature::Struct(fields) => {
                    self.fields(at, item, fields, entries);
                    Ty::Struct(item)
                }
                Signature::Interface(fields) => {
                    self.fields(at, item, fields, entries);
                    Ty::Interface(item)
                }
                Signature::Unit(unit) => {
                    let allowed = match (unit.kind, &self.tree.item) {
                        (_, Item::Test { .. }) => true,
                        (UnitKind::Component, Item::Unit { kind, .. }) => *kind != UnitKind::App,
                        (UnitKind::Service, Item::Unit { kind, .. }) => *kind == UnitKind::App,
                        _ => false,
                    };
                    self.fields(at, item, &unit.inputs, entries);
                    if !allowed {
                        self.misplaced_instance(at, item, unit.kind);
                        return self.refuse(id);
                    }
                    Ty::Unit(item)
                }
                _ => self.no_record(at, path, entries),
            },
            _ => self.no_record(at, path, entries),
        }
    }

    /// Whether a name stands for a value here: of a member or in an expression.
    fn is_value(&self, name: Name) -> bool {
        let text = self.text(name);
        self.locals.iter().any(|(known, _)| *known == text) || self.by_name.contains_key(text)
    }

    fn record_after_value(&mut self, id: ExprId, name: Name, entries: &'db [Entry]) -> Ty {
        self.loose_entries(entries);
        let text = self.text(name);
        let message = format!("`{text}` is a value, and not made with `{{ … }}`");
        let found = Diagnostic::new(Code::NotCallable, name.0, message)
            .note("options stand behind what is read of a value: `files.read { prefix: \"in/\" }`")
            .help(format!("for the same record with other fields write `{{ ..{text}, … }}`"));
        self.report(found);
        self.refuse(id)
    }

    fn no_record(&mut self, at: TextRange, path: &[Name], entries: &'db [Entry]) -> Ty {
        self.loose_entries(entries);
        let shown = path.iter().map(|name| self.text(*name)).collect::<Vec<_>>().join("::");
        let found =
            Diagnostic::new(Code::NotCallable, at, format!("`{shown}` cannot be made with `{{ … }}`"))
                .help("resources, components, services and structs are made that way");
        self.report(found);
        Ty::Error
    }

    fn misplaced_instance(&mut self, at: TextRange, item: ItemId, kind: UnitKind) {
        let name = item.name(self.db);
        let word = unit_word(kind);
        let help = match kind {
            UnitKind::Component => "a component is instantiated in a component or service",
            UnitKind::Service => {
                "a service is instantiated in the `app`; others reach it through what it `provides`"
            }
            UnitKind::App => "an app is built; only a `test` instantiates it",
        };
        let message = format!("the {word} `{name}` cannot be instantiated here");
        self.report(Diagnostic::new(Code::NotAValue, at, message).help(help));
    }

    /// Entries of something unknown: typed so that names in them are checked.
    pub(super) fn loose_entries(&mut self, entries: &'db [Entry]) {
        for entry in entries {
            match *entry {
                Entry::Field { value, .. } | Entry::Spread(value) => {
                    self.expr(value, None);
                }
                Entry::Computed { key, value } => {
                    self.expr(key, None);
                    self.expr(value, None);
                }
                Entry::Error => {}
            }
        }
    }

    /// A record that fills declared fields: of a struct, an interface or a unit.
    pub(super) fn fields(&mut self, at: TextRange, item: ItemId, fields: &[Field], entries: &'db [Entry]) {
        let owner = item.name(self.db);
        let damaged = is_damaged(self.db, item);
        let mut given: Vec<Cow<'_, str>> = Vec::new();
        let mut spread = false;
        // What is given by a name that is not there was meant for something that is missing.
        let mut meant: Vec<&str> = Vec::new();
        let mut strays = 0;
        for entry in entries {
            match *entry {
                Entry::Field { name, quoted, value, .. } => {
                    let text = self.source.entry_name(name, quoted);
                    if let Some(field) = fields.iter().find(|field| *field.name == *text) {
                        self.check(value, &field.ty);
                        if let Some(reason) = &field.deprecated {
                            self.report(deprecated(&format!("`{text}` of `{owner}`"), reason, name.0));
                        }
                    } else if damaged {
                        self.expr(value, None);
                    } else {
                        self.expr(value, None);
                        let message = format!("`{owner}` has no input or field `{text}`");
                        let found = Diagnostic::new(Code::UnknownField, name.0, message).label("unknown");
                        let found =
                            self.suggest_field(found, name.0, &text, fields.iter().map(|field| &*field.name));
                        let found = self.known_fields(found, fields);
                        self.report(found);
                        let known = fields.iter().map(|field| &*field.name);
                        match did_you_mean(&text, known.clone()).or_else(|| part_of(&text, known)) {
                            Some(near) => meant.push(near),
                            None => strays += 1,
                        }
                    }
                    given.push(text);
                }
                Entry::Spread(value) => {
                    spread = true;
                    self.expr(value, None);
                }
                Entry::Computed { key, value } => {
                    self.expr(key, None);
                    self.expr(value, None);
                    let found = Diagnostic::new(
                        Code::UnknownField,
                        self.tree.range(key),
                        "field names are written out here",
                    );
                    self.report(found);
                }
                Entry::Error => spread = true,
            }
        }
        let missing: Vec<&Field> = fields
            .iter()
            .filter(|field| !spread && !field.optional && !given.iter().any(|name| **name == *field.name))
            .filter(|field| !meant.contains(&&*field.name))
            .collect();
        if missing.len() > strays && !damaged {
            let names: Vec<String> = missing.iter().map(|field| format!("`{}`", field.name)).collect();
            let code = if missing.iter().all(|field| field.needed) {
                Code::NeedNotProvided
            } else {
                Code::MissingField
            };
            let types: Vec<String> =
                missing.iter().map(|field| format!("{}: {}", field.name, self.show(&field.ty))).collect();
            let found = Diagnostic::new(code, at, format!("`{owner}` needs {}", names.join(", ")))
                .label("missing here")
                .help(format!("add {}", types.join(", ")));
            self.report(found);
        }
    }

    fn known_fields(&self, found: Diagnostic<TextRange>, fields: &[Field]) -> Diagnostic<TextRange> {
        if found.help.is_some() || fields.is_empty() {
            return found;
        }
        let names: Vec<String> = fields.iter().take(12).map(|field| format!("`{}`", field.name)).collect();
        found.help(format!("it has {}", names.join(", ")))
    }

    fn resource(&mut self, resource: ResourceType, entries: &'db [Entry]) {
        let pointer = std::mem::take(&mut self.pointer);
        let within = self.within.replace(resource);
        let root = NodeType { resource, id: resource.0.root() };
        self.properties(root, entries, resource.0.name());
        (self.pointer, self.within) = (pointer, within);
    }

    /// A record that fills a node of a resource type's schema.
    fn properties(&mut self, node: NodeType, entries: &'db [Entry], owner: &str) {
        let facts = node.node();
        let closed = !facts.properties.is_empty() || facts.additional == Additional::Closed;
        for entry in entries {
            match *entry {
                Entry::Field { name, quoted, value, .. } => {
                    let text = self.source.entry_name(name, quoted);
                    match facts.property(&text) {
                        Some(property) => {
                            self.pointer.push(property.name);
                            if self.settable(node, name, property.name) {
                                self.check(value, &Ty::Node(NodeType { id: property.node, ..node }));
                            } else {
                                self.expr(value, None);
                                self.misnamed.insert(value, None);
                            }
                            self.pointer.pop();
                        }
                        None => match node.additional(&text) {
                            Some(additional) => {
                                self.pointer.push("*");
                                self.check(value, &Ty::Node(additional));
                                self.pointer.pop();
                            }
                            None if closed && facts.additional != Additional::Open
                                || facts.additional == Additional::Closed =>
                            {
                                self.expr(value, None);
                                let meant = self.unknown_property(node, name, &text, owner);
                                let meant = meant.filter(|meant| !self.gives(entries, meant));
                                self.misnamed.insert(value, meant);
                                self.refused.insert(value);
                            }
                            None => {
                                self.check(value, &Ty::Json);
                            }
                        },
                    }
                }
                Entry::Computed { key, value } => {
                    let found = self.expr(key, None);
                    if !(found.is_text() || matches!(found, Ty::Error | Ty::Json | Ty::Int)) {
                        self.mismatch(key, &Ty::String, &found, crate::ty::Misfit::Kind);
                    }
                    match node.additional("") {
                        Some(additional) => {
                            self.check(value, &Ty::Node(additional));
                        }
                        None => {
                            self.expr(value, None);
                        }
                    }
                }
                Entry::Spread(value) => {
                    self.expr(value, Some(&Ty::Node(node)));
                }
                Entry::Error => {}
            }
        }
    }

    /// Whether a property can be set at all.
    fn settable(&mut self, node: NodeType, name: Name, property: &str) -> bool {
        let settable = !node.resource.0.is_read_only_at(&self.pointer);
        if !settable {
            let found =
                Diagnostic::new(Code::ReadOnlyProperty, name.0, format!("`{property}` cannot be set"))
                    .label("only AWS sets this")
                    .help(format!("read it from the resource instead: `.{property}`"));
            self.report(found);
        }
        settable
    }

    /// Whether a name stands among the entries of a record.
    fn gives(&self, entries: &[Entry], wanted: &str) -> bool {
        entries.iter().any(|entry| match *entry {
            Entry::Field { name, quoted, .. } => *self.source.entry_name(name, quoted) == *wanted,
            _ => false,
        })
    }

    /// Reports a property that is not there; the one that was probably meant.
    fn unknown_property(
        &mut self,
        node: NodeType,
        name: Name,
        text: &str,
        owner: &str,
    ) -> Option<&'static str> {
        let facts = node.node();
        let owner = facts.name.unwrap_or(owner);
        let found =
            Diagnostic::new(Code::UnknownField, name.0, format!("`{owner}` has no property `{text}`"))
                .label("CloudFormation would refuse it");
        let known: Vec<&'static str> = facts.properties.iter().map(|property| property.name).collect();
        let mut found = self.suggest_field(found, name.0, text, known.iter().copied());
        if found.help.is_none() && known.len() <= 14 && !known.is_empty() {
            found = found.help(format!("it has {}", known.join(", ")));
        } else if found.help.is_none() {
            let path = resource_path(node.resource.0.name());
            found = found.help(format!("`cleaninfra describe {path}` lists what it has"));
        }
        // Where a delimiter has no partner, the property may have been meant for a record around this one.
        if self.tree.errors.iter().all(|error| error.code != Code::UnclosedDelimiter) {
            self.report(found);
        }
        did_you_mean(text, known.iter().copied()).or_else(|| part_of(text, known))
    }

    fn plain_record(&mut self, id: ExprId, entries: &'db [Entry], expected: Option<&Ty>) -> Ty {
        let range = self.tree.range(id);
        let head = TextRange::new(range.start, range.start + 1);
        match expected.map(|ty| ty.unwrapped().0.widened().clone()) {
            Some(Ty::Struct(item)) => {
                self.fields(head, item, signature(self.db, item).fields(), entries);
                return Ty::Struct(item);
            }
            Some(Ty::Interface(item)) => {
                self.fields(head, item, signature(self.db, item).fields(), entries);
                return Ty::Interface(item);
            }
            Some(Ty::Node(node))
                if node.kinds().allows(Kinds::OBJECT)
                    && !node.kinds().is_json_document()
                    && !node.kinds().is_any() =>
            {
                self.properties(node, entries, "this record");
                return Ty::Node(node);
            }
            Some(Ty::Map(of)) => {
                self.map_entries(entries, &of);
                return Ty::Map(of);
            }
            Some(Ty::Record(fields)) => return self.typed_record(entries, &fields),
            _ => {}
        }
        let json = matches!(expected, Some(Ty::Json | Ty::Node(_)));
        self.open_record(entries, json)
    }

    fn map_entries(&mut self, entries: &'db [Entry], of: &Ty) {
        for entry in entries {
            match *entry {
                Entry::Field { value, .. } => {
                    self.check(value, of);
                }
                Entry::Computed { key, value } => {
                    self.check(key, &Ty::String);
                    self.check(value, of);
                }
                Entry::Spread(value) => {
                    self.check(value, &of.clone().map());
                }
                Entry::Error => {}
            }
        }
    }

    fn typed_record(&mut self, entries: &'db [Entry], expected: &[(Arc<str>, Ty)]) -> Ty {
        let mut fields: Vec<(Arc<str>, Ty)> = Vec::new();
        for entry in entries {
            match *entry {
                Entry::Field { name, quoted, value, .. } => {
                    let text = self.source.entry_name(name, quoted).into_owned();
                    let hint = expected.iter().find(|(known, _)| **known == *text).map(|(_, ty)| ty);
                    let ty = match hint {
                        Some(ty) => self.check(value, ty),
                        None => self.expr(value, None),
                    };
                    fields.push((text.into(), ty));
                }
                Entry::Computed { key, value } => {
                    self.expr(key, None);
                    self.expr(value, None);
                }
                Entry::Spread(value) => {
                    if let Ty::Record(more) = self.expr(value, None) {
                        fields.extend(more.iter().cloned());
                    }
                }
                Entry::Error => {}
            }
        }
        Ty::Record(fields.into())
    }

    /// A record nothing is expected of.
    fn open_record(&mut self, entries: &'db [Entry], json: bool) -> Ty {
        let hint = json.then_some(Ty::Json);
        let mut fields: Vec<(Arc<str>, Ty)> = Vec::new();
        let mut computed: Option<Ty> = None;
        let mut open = false;
        for entry in entries {
            match *entry {
                Entry::Field { name, quoted, value, .. } => {
                    let text = self.source.entry_name(name, quoted);
                    let ty = self.expr(value, hint.as_ref());
                    fields.push((text.into(), ty));
                }
                Entry::Computed { key, value } => {
                    let found = self.expr(key, None);
                    if !(found.is_text() || matches!(found, Ty::Error | Ty::Json | Ty::Int)) {
                        self.mismatch(key, &Ty::String, &found, crate::ty::Misfit::Kind);
                    }
                    let ty = self.expr(value, hint.as_ref());
                    computed =
                        Some(computed.map_or(ty.clone(), |so_far| join(&so_far, &ty).unwrap_or(Ty::Json)));
                }
                Entry::Spread(value) => match self.expr(value, hint.as_ref()).widened() {
                    Ty::Record(more) => {
                        fields.retain(|(name, _)| more.iter().all(|(other, _)| other != name));
                        fields.extend(more.iter().cloned());
                    }
                    Ty::Struct(item) => {
                        let declared = signature(self.db, *item).fields();
                        fields
                            .extend(declared.iter().map(|field| (Arc::clone(&field.name), field.ty.clone())));
                    }
                    Ty::Map(of) => {
                        computed = Some(
                            computed.map_or((**of).clone(), |so_far| join(&so_far, of).unwrap_or(Ty::Json)),
                        );
                    }
                    _ => open = true,
                },
                Entry::Error => open = true,
            }
        }
        match computed {
            Some(of) => {
                let all = fields.iter().try_fold(of, |so_far, (_, ty)| join(&so_far, ty));
                all.unwrap_or(Ty::Json).map()
            }
            None if open => Ty::Json,
            None => Ty::Record(fields.into()),
        }
    }

    pub(super) fn existing(&mut self, record: ExprId) -> Ty {
        let Expr::Record { path: Some(path), entries } = &self.tree[record] else { return Ty::Error };
        let at = self.tree.range(record);
        match self.resolve(path) {
            Some(def @ Def::Resource(resource)) => {
                self.resolutions.insert(record, Resolution::Def(def));
                for entry in entries {
                    let Entry::Field { name, quoted, value, .. } = *entry else { continue };
                    let text = self.source.entry_name(name, quoted);
                    let schema = resource.0;
                    let known = schema.node(schema.root()).property(&text).is_some()
                        || schema.attribute(&text).is_some();
                    let found = self.expr(value, None);
                    if !known {
                        let names: Vec<&str> =
                            schema.attributes().iter().map(|attribute| attribute.name).collect();
                        let message = format!("`{}` has no attribute `{text}`", schema.name());
                        let diagnostic = Diagnostic::new(Code::UnknownAttribute, name.0, message);
                        let diagnostic = self.suggest(diagnostic, name.0, &text, names);
                        self.report(diagnostic);
                    } else if !(found.is_text()
                        || matches!(found, Ty::Int | Ty::Bool | Ty::List(_) | Ty::Error | Ty::Json))
                    {
                        self.mismatch(value, &Ty::String, &found, crate::ty::Misfit::Kind);
                    }
                }
                self.types[record.0 as usize] = Ty::Resource(resource);
                Ty::Resource(resource)
            }
            Some(_) => {
                self.loose_entries(entries);
                let found = Diagnostic::new(Code::NotAType, at, "`existing` takes a resource type")
                    .help("write `existing aws::ec2::VPC { VpcId: \"vpc-…\" }`");
                self.report(found);
                Ty::Error
            }
            None => {
                self.loose_entries(entries);
                Ty::Error
            }
        }
    }

    pub(super) fn with(&mut self, base: ExprId, overrides: ExprId, expected: Option<&Ty>) -> Ty {
        let ty = self.expr(base, expected);
        self.overrides(&ty, overrides);
        self.types[overrides.0 as usize] = Ty::Json;
        ty
    }

    /// What `with` sets: properties of a resource, or members of a component by name.
    fn overrides(&mut self, ty: &Ty, overrides: ExprId) {
        let range = self.tree.range(overrides);
        let Expr::Record { path: None, entries } = &self.tree[overrides] else {
            self.expr(overrides, None);
            let found = Diagnostic::new(Code::InvalidOverride, range, "`with` takes a record")
                .help("write `with { name: { Property: value } }`");
            self.report(found);
            return;
        };
        match ty.unwrapped().0 {
            Ty::Error => self.loose_entries(entries),
            Ty::Resource(resource) => self.resource(*resource, entries),
            Ty::Node(node) => self.properties(*node, entries, "this record"),
            Ty::Unit(item) if item.kind(self.db) == ItemKind::Component => {
                self.unit_overrides(*item, entries);
            }
            Ty::Map(of) | Ty::List(of) if matches!(**of, Ty::Resource(_) | Ty::Unit(_)) => {
                let of = (**of).clone();
                for entry in entries {
                    if let Entry::Field { value, .. } = *entry {
                        self.overrides(&of, value);
                        self.types[value.0 as usize] = Ty::Json;
                    }
                }
            }
            other => {
                self.loose_entries(entries);
                let shown = self.show(other);
                let found = Diagnostic::new(
                    Code::InvalidOverride,
                    range,
                    format!("nothing of a `{shown}` can be overridden"),
                )
                .help("`with` sets properties of a resource, or of the resources in a component");
                self.report(found);
            }
        }
    }

    fn unit_overrides(&mut self, item: ItemId, entries: &'db [Entry]) {
        let members = named_lets(self, item);
        let inference = infer(self.db, item);
        for entry in entries {
            let Entry::Field { name, quoted, value, .. } = *entry else { continue };
            let text = self.source.entry_name(name, quoted).into_owned();
            match members.iter().find(|(known, _)| *known == text) {
                Some((_, at)) => {
                    let ty = inference.members.get(*at).cloned().unwrap_or(Ty::Error);
                    self.overrides(&ty, value);
                    self.types[value.0 as usize] = Ty::Json;
                }
                None => {
                    self.expr(value, None);
                    let owner = item.name(self.db);
                    let found = Diagnostic::new(
                        Code::InvalidOverride,
                        name.0,
                        format!("`{owner}` makes nothing named `{text}`"),
                    );
                    let mut found =
                        self.suggest(found, name.0, &text, members.iter().map(|(name, _)| name.as_str()));
                    if found.help.is_none() && !members.is_empty() {
                        let names: Vec<&str> = members.iter().map(|(name, _)| name.as_str()).collect();
                        found = found.help(format!("it makes {}", names.join(", ")));
                    }
                    self.report(found);
                }
            }
        }
    }
}

/// The `let` members of a unit: names and positions.
fn named_lets(infer: &Infer<'_>, item: ItemId) -> Vec<(String, usize)> {
    let source = item_source(infer.db, item);
    match &item_tree(infer.db, item).item {
        Item::Unit { members, .. } => members
            .iter()
            .enumerate()
            .filter_map(|(at, member)| match member.kind {
                MemberKind::Declaration { keyword: Keyword::Let, name, .. } => {
                    Some((source.name(name).to_owned(), at))
                }
                _ => None,
            })
            .collect(),
        _ => Vec::new(),
    }
}
