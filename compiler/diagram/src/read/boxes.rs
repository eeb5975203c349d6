//! Which box each resource is in.
//!
//! What a component makes is a box if one thing in it is drawn, and a group if several are. A resource that nobody draws
//! belongs to what is drawn in its component; if there is nothing, to what refers to it or to what it refers to.
//!
//! Must not know: arrows.

use std::collections::{BTreeMap, HashMap, HashSet};

use ci_graph::{Place, Resource, ResourceId, Stack};
use indexmap::IndexMap;

use super::refs::Refs;
use super::{Level, Request};
use crate::kinds::{BELONGS, Role, sort};
use crate::model::{At, Diagram, Group, GroupKind, Node, NodeKind, Of, Part};

const SUBNET: &str = "AWS::EC2::Subnet";
const VPC: &str = "AWS::EC2::VPC";

/// Instances of a database that have a cluster are part of it.
const MEMBER: (&str, &str) = ("AWS::RDS::DBInstance", "DBClusterIdentifier");

/// The box of each resource.
pub(super) struct Boxes {
    of: BTreeMap<Place, usize>,
}

impl Boxes {
    /// The box that a resource is in.
    pub fn of(&self, place: Place) -> Option<usize> {
        self.of.get(&place).copied()
    }

    /// Finds the boxes and the groups in each service, and adds them to the diagram.
    pub fn read(
        stacks: &[&Stack],
        refs: &Refs<'_>,
        request: &Request<'_>,
        diagram: &mut Diagram<At>,
    ) -> Self {
        let mut boxes = Self { of: BTreeMap::new() };
        let mut taken = HashSet::new();
        for at in 0..stacks.len() {
            let idle = &request.idle;
            let mut service = Service { stacks, refs, idle, at, drawn: Vec::new(), owner: HashMap::new() };
            if request.level == Level::Resources {
                service.draw_all();
            } else {
                service.draw();
            }
            service.add(diagram, &mut boxes, &mut taken, request.level);
        }
        if request.level != Level::Services {
            networks(stacks, refs, &mut boxes, diagram);
        }
        boxes
    }
}

/// The boxes of one service.
struct Service<'a> {
    stacks: &'a [&'a Stack],
    refs: &'a Refs<'a>,
    idle: &'a HashSet<Place>,
    at: usize,
    /// What is drawn, by the resource that gives it its kind, and all that is in it.
    drawn: Vec<Vec<ResourceId>>,
    owner: HashMap<ResourceId, usize>,
}

/// The name of what a resource is part of: its own where it is part of nothing.
fn unit(path: &str) -> &str {
    path.rsplit_once('.').map_or(path, |(unit, _)| unit)
}

/// What a resource is part of, the outermost first: `vpc` and `vpc.public` of `vpc.public.table`.
fn prefixes(path: &str) -> impl Iterator<Item = &str> {
    path.match_indices('.').map(|(at, _)| &path[..at])
}

fn first(path: &str) -> &str {
    path.split('.').next().unwrap_or(path)
}

impl<'a> Service<'a> {
    fn place(&self, resource: ResourceId) -> Place {
        Place { stack: self.at, resource }
    }

    /// The resources that are drawn, by themselves or as a part of something.
    fn resources(&self) -> impl Iterator<Item = (ResourceId, &'a Resource)> + use<'a> {
        let (idle, stack) = (self.idle, self.at);
        let is_idle = move |resource| idle.contains(&Place { stack, resource });
        self.stacks[stack].resource_ids().filter(move |(id, _)| !is_idle(*id))
    }

    fn role(&self, resource: ResourceId) -> Role {
        let of = self.refs.resource(self.place(resource));
        let name = of.schema.name();
        let is_member = name == MEMBER.0 && of.property(MEMBER.1).is_some();
        if is_member { Role::Outward } else { sort(name).role }
    }

    fn draw_all(&mut self) {
        for (resource, _) in self.resources() {
            self.owner.insert(resource, self.drawn.len());
            self.drawn.push(vec![resource]);
        }
    }

    fn draw(&mut self) {
        let stack = self.stacks[self.at];
        let mut units: IndexMap<&str, Vec<ResourceId>> = IndexMap::new();
        for (resource, of) in self.resources() {
            units.entry(unit(&of.path)).or_default().push(resource);
        }
        let mut loose = Vec::new();
        for (_, resources) in units {
            let mut by_type: IndexMap<&str, usize> = IndexMap::new();
            for &resource in &resources {
                if self.role(resource) != Role::Main {
                    continue;
                }
                let at = *by_type.entry(stack.resource(resource).schema.name()).or_insert_with(|| {
                    self.drawn.push(Vec::new());
                    self.drawn.len() - 1
                });
                self.take(resource, at);
            }
            let main = by_type.values().next().copied();
            for resource in resources {
                if self.owner.contains_key(&resource) {
                    continue;
                }
                match main {
                    Some(main) => self.take(resource, main),
                    None => loose.push(resource),
                }
            }
        }
        // First all owners, then all that is owned: what is loose must not be found behind what was loose.
        let found: Vec<(ResourceId, Option<usize>)> =
            loose.iter().map(|&resource| (resource, self.search(resource))).collect();
        let mut alone: IndexMap<&str, usize> = IndexMap::new();
        for (resource, owner) in found {
            let of = stack.resource(resource);
            let owner = owner.unwrap_or_else(|| {
                *alone.entry(unit(&of.path)).or_insert_with(|| {
                    self.drawn.push(Vec::new());
                    self.drawn.len() - 1
                })
            });
            self.take(resource, owner);
        }
    }

    fn take(&mut self, resource: ResourceId, at: usize) {
        self.owner.insert(resource, at);
        self.drawn[at].push(resource);
    }

    /// The box that a resource belongs to: the nearest one, over others that belong to it as well.
    fn search(&self, resource: ResourceId) -> Option<usize> {
        let mut seen = vec![resource];
        let mut at = 0;
        while at < seen.len() {
            let here = seen[at];
            at += 1;
            if let Some(owner) = self.owner.get(&here) {
                return Some(*owner);
            }
            let place = self.place(here);
            let read = self.refs.of(place).iter().filter(|read| read.to.stack == self.at);
            let read: Vec<ResourceId> = read.map(|read| read.to.resource).collect();
            let readers = self.refs.readers(place);
            let kind = self.refs.resource(place).schema.name();
            let owner = BELONGS.iter().find(|(known, _)| *known == kind);
            let owner = owner.map_or_else(Vec::new, |(_, property)| self.refs.of_property(place, property));
            let owner = owner.iter().filter(|read| read.to.stack == self.at);
            let owner: Vec<ResourceId> = owner.map(|read| read.to.resource).collect();
            let near = match self.role(here) {
                Role::Inward => [&owner, readers, &read],
                Role::Main | Role::Outward => [&owner, &read, readers],
            };
            for &next in near.into_iter().flatten() {
                if !seen.contains(&next) {
                    seen.push(next);
                }
            }
        }
        None
    }

    /// Adds boxes, and groups for components of which several things are drawn. `taken` has the ids of all boxes.
    fn add(self, diagram: &mut Diagram<At>, boxes: &mut Boxes, taken: &mut HashSet<String>, level: Level) {
        let stack = self.stacks[self.at];
        let service = diagram.groups[self.at].id.clone();
        let mut drawn: Vec<&Vec<ResourceId>> = self.drawn.iter().filter(|all| !all.is_empty()).collect();
        drawn.sort_by_key(|all| all[0]);
        let mut count: IndexMap<&str, usize> = IndexMap::new();
        for all in &drawn {
            *count.entry(first(&stack.resource(all[0]).path)).or_default() += 1;
        }
        // Of resources alone also what is in components of components is kept together; not so several of one kind.
        let mut types: HashMap<&str, &str> = HashMap::new();
        let mut mixed: HashSet<&str> = HashSet::new();
        for all in drawn.iter().filter(|_| level == Level::Resources) {
            let of = stack.resource(all[0]);
            for prefix in prefixes(&of.path) {
                if *types.entry(prefix).or_insert(of.schema.name()) != of.schema.name() {
                    mixed.insert(prefix);
                }
            }
        }
        let is_part = |prefix: &str| mixed.contains(prefix);
        let mut groups: HashMap<&str, usize> = HashMap::new();
        for all in drawn {
            let main = stack.resource(all[0]);
            let member = first(&main.path);
            let unit = unit(&main.path);
            let at = At { stack: self.at, origin: main.origin, of: Of::Resource(all[0]) };
            let is_shared = count[member] > 1;
            let mut parent = self.at;
            let mut within = member;
            if is_shared && level != Level::Services {
                for prefix in prefixes(&main.path).filter(|prefix| *prefix == member || is_part(prefix)) {
                    let outer = parent;
                    within = prefix;
                    parent = *groups.entry(prefix).or_insert_with(|| {
                        let of = if prefix == member { Of::Member(all[0]) } else { at.of };
                        diagram.groups.push(Group {
                            id: format!("{service}/{prefix}"),
                            name: prefix.rsplit('.').next().unwrap_or(prefix).to_owned(),
                            kind: GroupKind::Unit,
                            parent: Some(outer),
                            at: Some(At { of, ..at }),
                        });
                        diagram.groups.len() - 1
                    });
                }
            }
            let whole = if level == Level::Resources { &*main.path } else { unit };
            let inner = whole.strip_prefix(within).and_then(|rest| rest.strip_prefix('.'));
            let (mut name, mut id) = match inner {
                Some(inner) if is_shared => (inner.to_owned(), format!("{service}/{whole}")),
                // Several things of one component that are of different types.
                None if is_shared && *main.path != *member => {
                    let last = main.path.rsplit('.').next().unwrap_or(member);
                    (last.to_owned(), format!("{service}/{}", main.path))
                }
                _ => (member.to_owned(), format!("{service}/{member}")),
            };
            if taken.contains(&id) {
                main.path.rsplit('.').next().unwrap_or(member).clone_into(&mut name);
                id = format!("{service}/{}", main.path);
            }
            taken.insert(id.clone());
            let sort = sort(main.schema.name());
            let part = |resource: &ResourceId| {
                let of = stack.resource(*resource);
                Part {
                    stack: stack.name.to_string(),
                    logical_id: of.logical_id.to_string(),
                    path: of.path.to_string(),
                    resource_type: of.schema.name().to_owned(),
                }
            };
            boxes.of.extend(all.iter().map(|resource| (self.place(*resource), diagram.nodes.len())));
            diagram.nodes.push(Node {
                id,
                name,
                label: sort.label.to_owned(),
                family: sort.family,
                kind: NodeKind::Own,
                parent: Some(parent),
                at: Some(at),
                parts: all.iter().map(part).collect(),
            });
        }
    }
}

/// Puts what is in subnets into groups that say in which.
fn networks(stacks: &[&Stack], refs: &Refs<'_>, boxes: &mut Boxes, diagram: &mut Diagram<At>) {
    let mut within: HashMap<usize, Vec<Place>> = HashMap::new();
    for (at, stack) in stacks.iter().enumerate() {
        for (resource, of) in stack.resource_ids() {
            let place = Place { stack: at, resource };
            let Some(node) = boxes.of(place) else { continue };
            let kind = of.schema.name();
            // What makes the network is not in it.
            if sort(diagram_type(diagram, node)).family == crate::kinds::Family::Network || kind == SUBNET {
                continue;
            }
            let subnets = refs.of(place).iter().map(|read| read.to);
            let subnets = subnets.filter(|to| refs.resource(*to).schema.name() == SUBNET);
            within.entry(node).or_default().extend(subnets);
        }
    }
    let mut zones: IndexMap<(usize, String), usize> = IndexMap::new();
    let mut networks: HashMap<Place, usize> = HashMap::new();
    for node in 0..diagram.nodes.len() {
        let Some(subnets) = within.get(&node).filter(|subnets| !subnets.is_empty()) else { continue };
        let mut names: Vec<&str> = subnets.iter().map(|place| zone(&refs.resource(*place).path)).collect();
        names.sort_unstable();
        names.dedup();
        let mut name = names.join(", ");
        let parent = diagram.nodes[node].parent.unwrap_or_default();
        let vpc = subnets.iter().flat_map(|subnet| refs.of(*subnet)).map(|read| read.to);
        let vpc = vpc.filter(|to| refs.resource(*to).schema.name() == VPC).find(|to| boxes.of(*to).is_some());
        let is_near =
            |vpc: &Place| boxes.of(*vpc).is_some_and(|node| diagram.nodes[node].parent == Some(parent));
        if let Some(node) = vpc.filter(|vpc| !is_near(vpc)).and_then(|vpc| boxes.of(vpc)) {
            name = format!("{name} of {}", diagram.nodes[node].name);
        }
        let vpc = vpc.filter(is_near);
        // A network of the same service is drawn around what is in it.
        let parent = match vpc.and_then(|vpc| Some((vpc, boxes.of(vpc)?))) {
            Some((vpc, node)) if diagram_type(diagram, node) == VPC => {
                *networks.entry(vpc).or_insert_with(|| {
                    let node = &diagram.nodes[node];
                    diagram.groups.push(Group {
                        id: format!("{}#network", node.id),
                        name: node.name.clone(),
                        kind: GroupKind::Network,
                        parent: Some(parent),
                        at: node.at,
                    });
                    diagram.groups.len() - 1
                })
            }
            _ => parent,
        };
        let zone = *zones.entry((parent, name)).or_insert_with_key(|(parent, name)| {
            let first = subnets[0];
            diagram.groups.push(Group {
                id: format!("{}#{name}", diagram.groups[*parent].id),
                name: name.clone(),
                kind: GroupKind::Subnets,
                parent: Some(*parent),
                at: Some(At {
                    stack: first.stack,
                    origin: refs.resource(first).origin,
                    of: Of::Resource(first.resource),
                }),
            });
            diagram.groups.len() - 1
        });
        diagram.nodes[node].parent = Some(zone);
    }
    let mut gone: Vec<usize> = networks.keys().filter_map(|vpc| boxes.of(*vpc)).collect();
    gone.sort_unstable();
    remove(diagram, boxes, &gone);
}

/// The type that gives a box its kind.
fn diagram_type(diagram: &Diagram<At>, node: usize) -> &'static str {
    let name = diagram.nodes[node].parts.first().map_or("", |part| part.resource_type.as_str());
    ci_catalog::resource_type(name).map_or("", ci_catalog::ResourceSchema::name)
}

/// `public.subnet.a`, `public_tier.subnet.a` and `public["a"]` are all `public`.
fn zone(path: &str) -> &str {
    let mut parts = path.rsplit('.').skip(1);
    let zone = parts.find(|part| !matches!(*part, "subnet" | "subnets")).unwrap_or_else(|| first(path));
    ["_tier", "_subnets", "_subnet"].iter().find_map(|end| zone.strip_suffix(end)).unwrap_or(zone)
}

/// Takes boxes away that became groups. `gone` is sorted.
fn remove(diagram: &mut Diagram<At>, boxes: &mut Boxes, gone: &[usize]) {
    if gone.is_empty() {
        return;
    }
    let mut at = 0;
    diagram.nodes.retain(|_| {
        at += 1;
        gone.binary_search(&(at - 1)).is_err()
    });
    boxes.of.retain(|_, node| gone.binary_search(node).is_err());
    for node in boxes.of.values_mut() {
        *node -= gone.partition_point(|before| before < node);
    }
}
