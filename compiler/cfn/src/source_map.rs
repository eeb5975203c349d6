//! From a template back to the source: where every resource and every value of its properties was written.
//!
//! Must not know files: a place is looked up by whoever holds them.

use ci_graph::{Late, Located, Origin, Resource, Stack, Value};
use serde::ser::{Serialize, SerializeMap, Serializer};

use crate::value::present;

/// A stretch of a source file, as people count.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Place {
    /// The path of the file, relative to the project, with `/` between its parts.
    pub file: String,
    /// The line it starts in, from one.
    pub line: u32,
    /// The column it starts in, from one.
    pub column: u32,
    /// The line it ends in, from one.
    pub end_line: u32,
    /// One past the column it ends in, from one.
    pub end_column: u32,
}

/// The source map of a template. Serialises as an object from logical id to
/// `{ path, type, origin, properties: { pointer: place } }`.
///
/// A pointer is a JSON pointer (RFC 6901) from the resource's `Properties`. Inside `Fn::If` it goes on into both branches
/// (`/Name/Fn::If/1`); in other functions it stops. What has no known place is left out.
#[derive(Clone, Copy)]
pub struct SourceMap<'a> {
    stack: &'a Stack,
    place: &'a dyn Fn(Origin) -> Option<Place>,
}

/// The source map of a stack; `place` says where an origin is.
pub fn source_map<'a>(stack: &'a Stack, place: &'a dyn Fn(Origin) -> Option<Place>) -> SourceMap<'a> {
    SourceMap { stack, place }
}

impl Serialize for SourceMap<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let place = self.place;
        serializer.collect_map(
            self.stack.resources.iter().map(|resource| (&*resource.logical_id, Mapped { resource, place })),
        )
    }
}

struct Mapped<'a> {
    resource: &'a Resource,
    place: &'a dyn Fn(Origin) -> Option<Place>,
}

impl Serialize for Mapped<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("path", &*self.resource.path)?;
        map.serialize_entry("type", self.resource.schema.name())?;
        if let Some(place) = (self.place)(self.resource.origin) {
            map.serialize_entry("origin", &place)?;
        }
        if !self.resource.properties.is_empty() {
            map.serialize_entry("properties", &Properties(self))?;
        }
        map.end()
    }
}

struct Properties<'a>(&'a Mapped<'a>);

impl Serialize for Properties<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut walk =
            Walk { map: serializer.serialize_map(None)?, place: self.0.place, pointer: String::new() };
        for entry in &self.0.resource.properties {
            walk.step(&entry.name, &entry.value)?;
        }
        walk.map.end()
    }
}

struct Walk<'a, M> {
    map: M,
    place: &'a dyn Fn(Origin) -> Option<Place>,
    pointer: String,
}

impl<M: SerializeMap> Walk<'_, M> {
    /// Writes the entries of the value called `name` inside the current one.
    fn step(&mut self, name: &str, located: &Located) -> Result<(), M::Error> {
        if located.value == Value::Absent {
            return Ok(());
        }
        let length = self.pointer.len();
        self.pointer.push('/');
        self.pointer.push_str(&name.replace('~', "~0").replace('/', "~1"));
        if let Some(place) = (self.place)(located.origin) {
            self.map.serialize_entry(&self.pointer, &place)?;
        }
        self.inside(&located.value)?;
        self.pointer.truncate(length);
        Ok(())
    }

    fn inside(&mut self, value: &Value) -> Result<(), M::Error> {
        match value {
            Value::Record(entries) => {
                entries.iter().try_for_each(|entry| self.step(&entry.name, &entry.value))
            }
            Value::List(items) => {
                let mut items = present(items).enumerate();
                items.try_for_each(|(at, item)| self.step(&at.to_string(), item))
            }
            Value::Late(late) => {
                let Late::If { then, otherwise, .. } = &**late else { return Ok(()) };
                let length = self.pointer.len();
                self.pointer.push_str("/Fn::If");
                self.step("1", then)?;
                self.step("2", otherwise)?;
                self.pointer.truncate(length);
                Ok(())
            }
            Value::Bool(_) | Value::Int(_) | Value::Float(_) | Value::String(_) => Ok(()),
            Value::Absent | Value::Unknown => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests;
