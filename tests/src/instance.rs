//! A small valid instance of any resource type, made from the facts of the catalog and nothing else.
//!
//! [`Maker`] looks for a value that meets every condition of a schema; [`conform`] judges such values, on its own and
//! not with the compiler's checks, so that a mistake there cannot hide itself here. Texts come from [`sample`] and
//! [`pattern`], and [`source`] writes a value as a program would.
//!
//! Must not know: the compiler, templates, validators.

pub mod conform;
pub mod pattern;
pub mod sample;
pub mod source;

use ci_catalog::{Additional, Kinds, Node, ResourceSchema, Scalar};
use serde_json::{Map, Value};

use conform::{Demand, conforms};

/// How deep values may nest. Schemas recur; instances must not.
const MAX_DEPTH: usize = 24;
/// From this depth on, lists are as short as they may be.
const SHALLOW: usize = 10;
/// Down to this depth objects of a rich instance have their optional properties.
const RICH_DEPTH: usize = 6;
/// How many optional properties are tried where an empty object will not do.
const MAX_OPTIONAL: usize = 8;
/// How many combinations of alternatives are tried in one place.
const MAX_TRIES: usize = 160;
/// How often branches of conditions are added in one place.
const MAX_REPAIRS: usize = 8;
/// How many other values are tried for the parts of an object that fits no alternative.
const VARIATIONS: usize = 6;
/// How many values may be made for one type: a bound on the search.
const MAX_WORK: usize = 200_000;

/// A value for the properties of a resource: what is required, and what follows from that.
///
/// Fails with the place of the innermost value that could not be made.
pub fn minimal(schema: &'static ResourceSchema) -> Result<Value, String> {
    instance(schema, &[], false)
}

/// A value with these properties and what they ask for; a rich one has everything inside of them that fits.
pub fn instance(schema: &'static ResourceSchema, wanted: &[&str], rich: bool) -> Result<Value, String> {
    let mut maker = Maker { schema, wanted, rich, deepest: (0, String::new()), work: 0 };
    let demands = vec![Demand::strict(schema.root())];
    maker.make(&demands, &mut Vec::new(), 0).ok_or_else(|| format!("nothing fits at `{}`", maker.deepest.1))
}

/// The search for one instance.
struct Maker<'a> {
    schema: &'static ResourceSchema,
    /// Properties to have at the top.
    wanted: &'a [&'a str],
    /// Whether inner objects have their optional properties.
    rich: bool,
    /// How deep, and where, the search failed innermost.
    deepest: (usize, String),
    work: usize,
}

/// What holds in one place, once alternatives are chosen.
struct Flat {
    nodes: Vec<Demand>,
    /// For each choice that was met, between how many.
    arities: Vec<usize>,
}

impl Maker<'_> {
    /// A value that meets all demands; another one for another `variation`, where there is one.
    fn make(&mut self, demands: &[Demand], path: &mut Vec<String>, variation: usize) -> Option<Value> {
        let mut demands = demands.to_vec();
        demands.extend(self.rules_at(path));
        let mut choices: Vec<usize> = Vec::new();
        for _ in 0..MAX_TRIES {
            let flat = flatten(self.schema, &demands, &choices);
            let mut arities = flat.arities.clone();
            if let Some(value) = self.with_choices(&demands, &choices, path, variation, &mut arities) {
                return Some(value);
            }
            if self.work > MAX_WORK || !advance(&mut choices, &arities) {
                break;
            }
        }
        if path.len() >= self.deepest.0 {
            self.deepest = (path.len(), path.join("/"));
        }
        None
    }

    /// The conditions across properties that are stated about this place.
    fn rules_at(&self, path: &[String]) -> Vec<Demand> {
        let steps: Vec<&str> = path.iter().map(String::as_str).filter(|step| *step != "*").collect();
        let here = |pointer: &str| {
            pointer.split('/').filter(|step| *step != "*" && !step.is_empty()).eq(steps.iter().copied())
        };
        // A pointer to a list's items is not about the list.
        let same_end = |pointer: &str| pointer.ends_with('*') == path.last().is_some_and(|step| step == "*");
        let rules = self.schema.rules().iter().filter(|rule| rule.is_enforced());
        let rules = rules.filter(|rule| here(rule.pointer) && same_end(rule.pointer));
        rules.map(|rule| Demand::lenient(rule.node)).collect()
    }

    /// A value under some choice of alternatives; branches of conditions are added as they turn out to hold.
    fn with_choices(
        &mut self,
        demands: &[Demand],
        choices: &[usize],
        path: &mut Vec<String>,
        variation: usize,
        arities: &mut Vec<usize>,
    ) -> Option<Value> {
        let mut demands = demands.to_vec();
        for _ in 0..MAX_REPAIRS {
            let mut flat = flatten(self.schema, &demands, choices);
            if flat.nodes.iter().any(|demand| self.schema.node(demand.node).never) {
                return None;
            }
            let value = self.plain(&mut flat, &demands, choices, path, variation)?;
            *arities = flat.arities;
            let mut broken = Vec::new();
            for demand in &flat.nodes {
                let Some(parts) = self.schema.node(demand.node).if_then_else else { continue };
                let holds = conforms(self.schema, demand.with(parts.condition), &value);
                let branch = if holds { parts.then } else { parts.otherwise };
                let branch = branch.map(|branch| demand.with(branch));
                broken.extend(branch.filter(|branch| !conforms(self.schema, *branch, &value)));
            }
            if broken.is_empty() {
                return demands.iter().all(|demand| conforms(self.schema, *demand, &value)).then_some(value);
            }
            if broken.iter().all(|branch| demands.contains(branch)) {
                return None;
            }
            demands.extend(broken);
        }
        None
    }

    /// A value of the first kind that all demands allow.
    fn plain(
        &mut self,
        flat: &mut Flat,
        demands: &[Demand],
        choices: &[usize],
        path: &mut Vec<String>,
        variation: usize,
    ) -> Option<Value> {
        self.work += 1;
        if path.len() > MAX_DEPTH || self.work > MAX_WORK {
            return None;
        }
        let nodes: Vec<&'static Node> =
            flat.nodes.iter().map(|demand| self.schema.node(demand.node)).collect();
        if let Some(policy) = nodes.iter().find_map(|node| node.policy)
            && let Some(document) = sample::policy(policy, self.schema.name())
            && demands.iter().all(|demand| conforms(self.schema, *demand, &document))
        {
            return Some(document);
        }
        let place = sample::Place { resource: self.schema.name(), path };
        if let Some(document) = sample::document(&place)
            && demands.iter().all(|demand| conforms(self.schema, *demand, &document))
        {
            return Some(document);
        }
        match kind(&flat.nodes, &nodes)? {
            Kinds::OBJECT => self.object(flat, demands, choices, path, variation),
            Kinds::ARRAY => self.array(flat, choices, path, variation),
            Kinds::STRING => {
                let place = sample::Place { resource: self.schema.name(), path };
                self.choose(demands, sample::texts(&nodes, &place), variation)
            }
            Kinds::BOOLEAN => {
                self.choose(demands, vec![Value::Bool(false), Value::Bool(true)].into_iter(), variation)
            }
            Kinds::INTEGER => self.choose(demands, numbers(&nodes, true).into_iter(), variation),
            Kinds::NUMBER => self.choose(demands, numbers(&nodes, false).into_iter(), variation),
            _ => Some(Value::Null),
        }
    }

    /// Of the candidates that meet all demands, the one after `variation` others, or the last.
    fn choose(
        &mut self,
        demands: &[Demand],
        candidates: impl Iterator<Item = Value>,
        variation: usize,
    ) -> Option<Value> {
        let schema = self.schema;
        let fits = |value: &Value| demands.iter().all(|demand| conforms(schema, *demand, value));
        let mut fitting = candidates.filter(fits);
        let mut last = fitting.next()?;
        for _ in 0..variation {
            match fitting.find(|other| *other != last) {
                Some(next) => last = next,
                None => break,
            }
        }
        Some(last)
    }

    fn object(
        &mut self,
        flat: &mut Flat,
        demands: &[Demand],
        choices: &[usize],
        path: &mut Vec<String>,
        variation: usize,
    ) -> Option<Value> {
        let nodes = flat.nodes.clone();
        let names = self.names(flat, choices, path, variation)?;
        let mut found = None;
        for more in 0..VARIATIONS {
            let mut object = Map::new();
            for (index, name) in names.iter().enumerate() {
                let children = self.children(&nodes, name);
                path.push(name.clone());
                // The first property varies first: it is seldom the one that others depend on.
                let vary = if index == 0 || more > 0 { variation + more } else { variation };
                let value = self.make(&children, path, vary);
                path.pop();
                object.insert(name.clone(), value?);
            }
            let value = Value::Object(object);
            // Conditions are looked at by the caller, which can do more about them.
            let fits = demands.iter().all(|demand| conforms(self.schema, *demand, &value));
            if fits || found.is_none() {
                found = Some(value);
            }
            let conditional = nodes.iter().any(|demand| self.schema.node(demand.node).if_then_else.is_some());
            if fits || conditional || names.is_empty() {
                break;
            }
        }
        found
    }

    /// The names an object must have.
    fn names(
        &mut self,
        flat: &mut Flat,
        choices: &[usize],
        path: &mut Vec<String>,
        variation: usize,
    ) -> Option<Vec<String>> {
        let mut names: Vec<String> = if path.is_empty() {
            self.wanted.iter().map(|name| (*name).to_owned()).collect()
        } else {
            Vec::new()
        };
        let add = |names: &mut Vec<String>, name: &str| {
            if !names.iter().any(|known| known == name) {
                names.push(name.to_owned());
            }
        };
        let nodes: Vec<&'static Node> =
            flat.nodes.iter().map(|demand| self.schema.node(demand.node)).collect();
        for node in &nodes {
            for property in node.properties.iter().filter(|property| property.required) {
                add(&mut names, property.name);
            }
            for name in node.required {
                add(&mut names, name);
            }
        }
        if path.is_empty() {
            for name in sample::required(self.schema.name()) {
                add(&mut names, name);
            }
        }
        for node in &nodes {
            for group in node.required_xor.iter().chain(node.required_or) {
                if !group.iter().any(|name| names.iter().any(|known| known == name)) {
                    let at = choose_at(flat, choices, group.len());
                    add(&mut names, group.get(at)?);
                }
            }
        }
        self.optional(flat, &nodes, choices, path, variation, &mut names);
        // What is added may ask for more.
        let mut at = 0;
        while at < names.len() {
            let name = names[at].clone();
            for node in &nodes {
                for (_, others) in node.dependent_required.iter().filter(|(first, _)| *first == name) {
                    for other in *others {
                        add(&mut names, other);
                    }
                }
            }
            at += 1;
        }
        let least = nodes.iter().filter_map(|node| node.min_properties).max().unwrap_or_default();
        let most = nodes.iter().filter_map(|node| node.max_properties).min().unwrap_or(u64::MAX);
        if (names.len() as u64) < least {
            for property in nodes.iter().flat_map(|node| node.properties) {
                path.push(property.name.to_owned());
                let read_only = self.schema.is_read_only(&path.join("/"));
                path.pop();
                if (names.len() as u64) < least && !read_only {
                    add(&mut names, property.name);
                }
            }
        }
        let is_map = nodes.iter().all(|node| node.properties.is_empty())
            && nodes.iter().any(|node| {
                !node.pattern_properties.is_empty() || matches!(node.additional, Additional::Of(_))
            });
        let wanted = if is_map && most > 0 && path.len() < SHALLOW { least.max(1) } else { least };
        let mut variation = 0;
        while (names.len() as u64) < wanted && variation < 64 {
            if let Some(key) = self.key(&nodes, path, variation) {
                add(&mut names, &key);
            }
            variation += 1;
        }
        Some(names)
    }

    /// Adds optional properties: all of them in a rich instance, otherwise one where an empty object will not do.
    fn optional(
        &self,
        flat: &mut Flat,
        nodes: &[&'static Node],
        choices: &[usize],
        path: &[String],
        variation: usize,
        names: &mut Vec<String>,
    ) {
        let here = path.join("/");
        let settable = |name: &&str| {
            let pointer = if here.is_empty() { (*name).to_owned() } else { format!("{here}/{name}") };
            !self.schema.is_read_only(&pointer) && !self.schema.is_deprecated(&pointer)
        };
        let known = |name: &str, names: &[String]| names.iter().any(|known| known == name);
        let optional: Vec<&str> = nodes
            .iter()
            .flat_map(|node| node.properties)
            .map(|property| property.name)
            .filter(settable)
            .filter(|name| !known(name, names))
            .collect();
        if optional.is_empty() || path.is_empty() {
            return;
        }
        if self.rich && path.len() < RICH_DEPTH && choose_at(flat, choices, 2) == 0 {
            for name in optional {
                if !known(name, names) {
                    names.push(name.to_owned());
                }
            }
        } else if names.is_empty() {
            let arity = (optional.len() + 1).min(MAX_OPTIONAL);
            let at = (choose_at(flat, choices, arity) + variation) % arity;
            if let Some(name) = at.checked_sub(1).and_then(|at| optional.get(at)) {
                names.push((*name).to_owned());
            }
        }
    }

    /// A name for an entry of a map.
    fn key(&mut self, nodes: &[&'static Node], path: &[String], variation: usize) -> Option<String> {
        let patterns: Vec<&'static str> = nodes
            .iter()
            .flat_map(|node| node.pattern_properties)
            .map(|(pattern, _)| *pattern)
            .take(1)
            .collect();
        let checked: Vec<&'static Node> =
            nodes.iter().filter_map(|node| node.property_names).map(|id| self.schema.node(id)).collect();
        let key_node = Node { pattern: patterns.first().copied(), ..Node::default() };
        let mut stated: Vec<&Node> = checked.clone();
        stated.push(&key_node);
        let place = sample::Place { resource: self.schema.name(), path };
        let fits = |value: &Value| {
            stated.iter().all(|node| conform::text_fits(node, value.as_str().unwrap_or_default()))
        };
        let texts = sample::texts(&stated, &place);
        let found = texts.filter(fits).nth(variation)?;
        found.as_str().map(str::to_owned)
    }

    /// What holds of an object's value under a name.
    fn children(&self, nodes: &[Demand], name: &str) -> Vec<Demand> {
        let mut children = Vec::new();
        for demand in nodes {
            children.extend(
                conform::below(self.schema.node(demand.node), name).into_iter().map(|id| demand.with(id)),
            );
        }
        children.dedup();
        children
    }

    fn array(
        &mut self,
        flat: &mut Flat,
        choices: &[usize],
        path: &mut Vec<String>,
        variation: usize,
    ) -> Option<Value> {
        let demands = flat.nodes.clone();
        let nodes: Vec<&'static Node> = demands.iter().map(|demand| self.schema.node(demand.node)).collect();
        let least = nodes.iter().filter_map(|node| node.min_items).max().unwrap_or_default() as usize;
        let most = nodes.iter().filter_map(|node| node.max_items).min().unwrap_or(u64::MAX) as usize;
        let contains: Vec<Demand> = demands
            .iter()
            .filter_map(|demand| self.schema.node(demand.node).contains.map(|id| demand.with(id)))
            .collect();
        let least = least.max(usize::from(!contains.is_empty()));
        let nice = if path.len() > SHALLOW { least } else { least.max(1) }.min(most);
        let wanted = if nice != least && choose_at(flat, choices, 2) == 1 { least } else { nice };
        let mut items: Vec<Value> = Vec::new();
        for index in 0..wanted {
            let mut children: Vec<Demand> = Vec::new();
            for (demand, node) in demands.iter().zip(&nodes) {
                let item = node.prefix_items.get(index).copied().or(node.items);
                children.extend(item.map(|id| demand.with(id)));
            }
            if index == 0 {
                children.extend(&contains);
            }
            path.push("*".to_owned());
            // Items of lists are mostly to differ.
            let item = self.make(&children, path, variation + index);
            path.pop();
            items.push(item?);
        }
        Some(Value::Array(items))
    }
}

/// The alternative chosen at the next choice.
fn choose_at(flat: &mut Flat, choices: &[usize], arity: usize) -> usize {
    let at = choices.get(flat.arities.len()).copied().unwrap_or_default();
    flat.arities.push(arity);
    at
}

/// All nodes that hold together, with one of the alternatives of each.
fn flatten(schema: &'static ResourceSchema, demands: &[Demand], choices: &[usize]) -> Flat {
    let mut flat = Flat { nodes: Vec::new(), arities: Vec::new() };
    let mut todo: Vec<Demand> = demands.iter().rev().copied().collect();
    while let Some(demand) = todo.pop() {
        if flat.nodes.contains(&demand) {
            continue;
        }
        flat.nodes.push(demand);
        let node = schema.node(demand.node);
        todo.extend(node.all_of.iter().map(|id| demand.with(*id)));
        for alternatives in [node.any_of, node.one_of] {
            if !alternatives.is_empty() {
                let at = choose_at(&mut flat, choices, alternatives.len());
                todo.extend(alternatives.get(at).map(|id| demand.with(*id)));
            }
        }
    }
    flat
}

/// The next combination of choices; false after the last.
fn advance(choices: &mut Vec<usize>, arities: &[usize]) -> bool {
    choices.resize(arities.len(), 0);
    while let Some(last) = choices.pop() {
        if last + 1 < arities[choices.len()] {
            choices.push(last + 1);
            return true;
        }
    }
    false
}

/// The kind of value to make: the first that all demands allow, in an order that leaves the most to check.
fn kind(demands: &[Demand], nodes: &[&'static Node]) -> Option<Kinds> {
    let strict = || demands.iter().zip(nodes).filter(|(demand, _)| !demand.lenient).map(|(_, node)| *node);
    let says_text = nodes.iter().any(|node| {
        !node.enum_values.is_empty()
            || node.pattern.is_some()
            || node.format.is_some()
            || node.min_length.is_some()
            || matches!(node.const_value, Some(Scalar::Str(_)))
    });
    let says_object = nodes.iter().any(|node| !node.properties.is_empty() || !node.required.is_empty());
    let says_array = nodes.iter().any(|node| node.items.is_some());
    let any = strict().all(|node| node.kinds.is_any());
    let order: &[Kinds] = match (says_object, says_array, says_text) {
        (true, ..) => &[Kinds::OBJECT, Kinds::ARRAY, Kinds::STRING],
        (_, true, _) => &[Kinds::ARRAY, Kinds::OBJECT, Kinds::STRING],
        (_, _, true) => &[Kinds::STRING, Kinds::OBJECT, Kinds::ARRAY],
        _ if any => &[Kinds::OBJECT],
        _ => &[Kinds::OBJECT, Kinds::ARRAY, Kinds::STRING],
    };
    let rest = [Kinds::INTEGER, Kinds::NUMBER, Kinds::BOOLEAN, Kinds::NULL];
    order.iter().copied().chain(rest).find(|kind| strict().all(|node| node.kinds.allows(*kind)))
}

/// Numbers worth trying.
fn numbers(nodes: &[&'static Node], whole: bool) -> Vec<Value> {
    let mut found: Vec<f64> = Vec::new();
    let scalar = |scalar: &Scalar| match scalar {
        #[expect(clippy::cast_precision_loss, reason = "numbers of schemas are far below 2^53")]
        Scalar::Int(number) => Some(*number as f64),
        Scalar::Float(number) => Some(*number),
        Scalar::Str(text) => text.parse().ok(),
        _ => None,
    };
    for node in nodes {
        found.extend(node.const_value.iter().filter_map(scalar));
        found.extend(node.enum_scalars.iter().filter_map(scalar));
        found.extend(node.enum_values.iter().filter_map(|text| text.parse::<f64>().ok()));
    }
    for node in nodes {
        found.extend(node.default.iter().filter_map(scalar));
        found.extend(node.minimum);
        found.extend(node.exclusive_minimum.map(|least| least + 1.0));
        found.extend(node.multiple_of);
        if let (Some(least), Some(factor)) = (node.minimum, node.multiple_of) {
            found.push((least / factor).ceil() * factor);
        }
        found.extend(node.maximum);
        found.extend(node.exclusive_maximum.map(|most| most - 1.0));
    }
    found.extend([1.0, 0.0, 2.0, 5.0, 10.0, 30.0, 60.0, 100.0, 300.0, 443.0, 1024.0, 1200.0, -1.0, 4096.0]);
    if !whole {
        found.extend([0.5, 0.1]);
    }
    found
        .into_iter()
        .filter(|number| !whole || number.fract() == 0.0)
        .map(|number| {
            #[expect(clippy::cast_possible_truncation, reason = "checked to be whole, and small")]
            if number.fract() == 0.0 && number.abs() < 9.0e15 {
                Value::from(number as i64)
            } else {
                Value::from(number)
            }
        })
        .collect()
}
