//! What is in networks: instances, functions, services, load balancers, data stores, endpoints, each with its interfaces.
//!
//! Must not know: who reaches it.

mod read;
mod table;

use ci_graph::Place;

use crate::model::Named;
use crate::reader::At;
use crate::sets::{Ports, Protocol};
use crate::truth::Truth;

pub(crate) use read::{Elements, read};
use table::PARTS;
pub(crate) use table::is_meant;

/// What kind of thing it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// It runs code: an instance, a group of them, a function, a service of containers, an interface.
    Compute,
    /// It keeps data: a database, a cache, a file system, a search domain.
    DataStore,
    /// It passes traffic on.
    LoadBalancer,
    /// The way to a service of AWS.
    Endpoint,
}

/// Something that has interfaces in a network.
#[derive(Clone, Debug)]
pub(crate) struct Element {
    pub place: Place,
    pub kind: Kind,
    pub interfaces: Vec<Interface>,
    /// Where it takes connections; `None`: anywhere.
    pub listeners: Option<Vec<Listener>>,
    /// To whom it passes what it takes.
    pub forwards: Vec<Forward>,
}

/// Where an element takes connections.
#[derive(Clone, Debug)]
pub(crate) struct Listener {
    /// `None`: only the deployment knows.
    pub protocol: Option<Protocol>,
    /// `None`: only the deployment knows.
    pub ports: Option<Ports>,
    pub at: At,
    /// Its own name, where it is a resource.
    pub name: Option<String>,
    /// It is the port where nothing is written.
    pub by_default: bool,
    pub sure: bool,
}

/// To whom a load balancer passes connections.
#[derive(Clone, Debug)]
pub(crate) struct Forward {
    pub to: Place,
    pub port: Option<u16>,
    pub protocol: Protocol,
    /// Where the target is given to its group.
    pub at: At,
    pub sure: bool,
}

/// A network interface, or several of the same kind.
#[derive(Clone, Debug)]
pub(crate) struct Interface {
    pub subnets: Vec<Attached>,
    /// None: there is no filter.
    pub groups: Option<Vec<Attached>>,
    pub public: Public,
    /// Where its public address is given or withheld.
    pub public_at: At,
    /// The property that gives it one.
    pub public_by: &'static str,
    /// Whether it has addresses of IPv6 where its subnet has some.
    pub v6: SixBy,
    pub at: At,
}

/// Who decides whether an interface has a public address of IPv4.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Public {
    Is(Truth),
    BySubnet,
}

/// Who decides whether an interface has an address of IPv6.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SixBy {
    Is(Truth),
    BySubnet,
}

/// A subnet or group that an interface has.
#[derive(Clone, Debug)]
pub(crate) struct Attached {
    pub to: Named,
    pub at: At,
    pub sure: bool,
}
