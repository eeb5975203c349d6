//! Which properties of which types say where something is and who may talk to it.
//!
//! Source: the schemas of these types in CloudFormation's registry, as packed in the catalog; a test looks every name up.
//! Ports are those of the types' references.

use super::Kind;

/// How a type says where it is.
pub(crate) struct Row {
    pub name: &'static str,
    pub kind: Kind,
    /// The records that describe an interface each; the resource itself where empty.
    pub interface: &'static str,
    /// Subnets, below the interface.
    pub subnets: &'static str,
    /// The property that names a group of subnets, and the list of subnets in it.
    pub subnet_group: Option<(&'static str, &'static str)>,
    /// Security groups, below the interface.
    pub groups: &'static str,
    pub public: PublicBy,
    pub listens: Listens,
}

/// How a type says whether it has a public address.
#[derive(Clone, Copy)]
pub(crate) enum PublicBy {
    Never,
    /// A property, the value that means yes, and whether it is public where nothing is written; `None`: that depends.
    Property(&'static str, &'static str, Option<bool>),
    /// Its subnet, an address that is associated, or the property here.
    Launch,
}

/// How a type says where it takes connections.
#[derive(Clone, Copy)]
pub(crate) enum Listens {
    Nothing,
    Anything,
    /// A property, and the port where nothing is written.
    Port(&'static str, u16),
    /// A property; the engine decides where nothing is written.
    Engine(&'static str),
    Always(u16),
    /// Resources of their own.
    Listeners,
    /// `Listeners`, in place.
    Classic,
}

const fn row(name: &'static str, kind: Kind, subnets: &'static str, groups: &'static str) -> Row {
    Row {
        name,
        kind,
        interface: "",
        subnets,
        subnet_group: None,
        groups,
        public: PublicBy::Never,
        listens: Listens::Anything,
    }
}

const fn store(name: &'static str, groups: &'static str, listens: Listens) -> Row {
    Row { listens, ..row(name, Kind::DataStore, "", groups) }
}

const PUBLICLY: PublicBy = PublicBy::Property("PubliclyAccessible", "true", Some(false));

/// What is in networks.
pub(crate) const ELEMENTS: [Row; 21] = [
    Row {
        public: PublicBy::Launch,
        ..row("AWS::EC2::Instance", Kind::Compute, "SubnetId", "SecurityGroupIds")
    },
    Row {
        public: PublicBy::Launch,
        ..row("AWS::EC2::NetworkInterface", Kind::Compute, "SubnetId", "GroupSet")
    },
    Row {
        public: PublicBy::Launch,
        ..row("AWS::AutoScaling::AutoScalingGroup", Kind::Compute, "VPCZoneIdentifier", "")
    },
    Row {
        interface: "VpcConfig",
        listens: Listens::Nothing,
        ..row("AWS::Lambda::Function", Kind::Compute, "SubnetIds", "SecurityGroupIds")
    },
    Row {
        interface: "NetworkConfiguration.AwsvpcConfiguration",
        public: PublicBy::Property(
            "NetworkConfiguration.AwsvpcConfiguration.AssignPublicIp",
            "ENABLED",
            Some(false),
        ),
        ..row("AWS::ECS::Service", Kind::Compute, "Subnets", "SecurityGroups")
    },
    Row {
        public: PublicBy::Property("Scheme", "internet-facing", Some(true)),
        listens: Listens::Listeners,
        ..row("AWS::ElasticLoadBalancingV2::LoadBalancer", Kind::LoadBalancer, "Subnets", "SecurityGroups")
    },
    Row {
        public: PublicBy::Property("Scheme", "internet-facing", Some(true)),
        listens: Listens::Classic,
        ..row("AWS::ElasticLoadBalancing::LoadBalancer", Kind::LoadBalancer, "Subnets", "SecurityGroups")
    },
    Row {
        subnet_group: Some(("DBSubnetGroupName", "SubnetIds")),
        // What RDS does where nothing is written depends on the VPC.
        public: PublicBy::Property("PubliclyAccessible", "true", None),
        ..store("AWS::RDS::DBInstance", "VPCSecurityGroups", Listens::Engine("Port"))
    },
    Row {
        subnet_group: Some(("DBSubnetGroupName", "SubnetIds")),
        public: PublicBy::Property("PubliclyAccessible", "true", None),
        ..store("AWS::RDS::DBCluster", "VpcSecurityGroupIds", Listens::Engine("Port"))
    },
    Row {
        subnet_group: Some(("DBSubnetGroupName", "SubnetIds")),
        ..store("AWS::DocDB::DBCluster", "VpcSecurityGroupIds", Listens::Port("Port", 27017))
    },
    Row {
        subnet_group: Some(("DBSubnetGroupName", "SubnetIds")),
        ..store("AWS::Neptune::DBCluster", "VpcSecurityGroupIds", Listens::Port("DBPort", 8182))
    },
    Row {
        subnet_group: Some(("CacheSubnetGroupName", "SubnetIds")),
        ..store("AWS::ElastiCache::ReplicationGroup", "SecurityGroupIds", Listens::Port("Port", 6379))
    },
    Row {
        subnet_group: Some(("CacheSubnetGroupName", "SubnetIds")),
        ..store("AWS::ElastiCache::CacheCluster", "VpcSecurityGroupIds", Listens::Engine("Port"))
    },
    Row {
        subnets: "SubnetIds",
        ..store("AWS::ElastiCache::ServerlessCache", "SecurityGroupIds", Listens::Engine(""))
    },
    Row {
        subnet_group: Some(("SubnetGroupName", "SubnetIds")),
        ..store("AWS::MemoryDB::Cluster", "SecurityGroupIds", Listens::Port("Port", 6379))
    },
    Row {
        subnet_group: Some(("ClusterSubnetGroupName", "SubnetIds")),
        public: PUBLICLY,
        ..store("AWS::Redshift::Cluster", "VpcSecurityGroupIds", Listens::Port("Port", 5439))
    },
    Row {
        subnets: "SubnetIds",
        public: PUBLICLY,
        ..store("AWS::RedshiftServerless::Workgroup", "SecurityGroupIds", Listens::Port("Port", 5439))
    },
    Row {
        interface: "VPCOptions",
        subnets: "SubnetIds",
        ..store("AWS::OpenSearchService::Domain", "SecurityGroupIds", Listens::Always(443))
    },
    Row { subnets: "SubnetId", ..store("AWS::EFS::MountTarget", "SecurityGroups", Listens::Always(2049)) },
    Row { subnets: "SubnetIds", ..store("AWS::FSx::FileSystem", "SecurityGroupIds", Listens::Anything) },
    Row {
        listens: Listens::Always(443),
        ..row("AWS::EC2::VPCEndpoint", Kind::Endpoint, "SubnetIds", "SecurityGroupIds")
    },
];

/// What belongs to an element and is found in its place: the type, and the property that names what it belongs to.
pub(crate) const PARTS: [(&str, &str); 3] = [
    ("AWS::RDS::DBInstance", "DBClusterIdentifier"),
    ("AWS::EFS::MountTarget", "FileSystemId"),
    ("AWS::ElasticLoadBalancingV2::Listener", "LoadBalancerArn"),
];

/// The ports of engines. Source: the user guides of RDS ("Port" of an instance's settings) and `ElastiCache`.
pub(crate) const ENGINES: [(&str, u16); 13] = [
    ("aurora-mysql", 3306),
    ("aurora-postgresql", 5432),
    ("mysql", 3306),
    ("mariadb", 3306),
    ("postgres", 5432),
    ("oracle", 1521),
    ("custom-oracle", 1521),
    ("sqlserver", 1433),
    ("custom-sqlserver", 1433),
    ("db2", 50000),
    ("memcached", 11211),
    ("redis", 6379),
    ("valkey", 6379),
];

/// What else networks are made of.
const OTHERS: [&str; 26] = [
    "AWS::EC2::VPC",
    "AWS::EC2::VPCCidrBlock",
    "AWS::EC2::VPCGatewayAttachment",
    "AWS::EC2::VPCPeeringConnection",
    "AWS::EC2::NatGateway",
    "AWS::EC2::Subnet",
    "AWS::EC2::SubnetRouteTableAssociation",
    "AWS::EC2::SubnetNetworkAclAssociation",
    "AWS::EC2::RouteTable",
    "AWS::EC2::Route",
    "AWS::EC2::NetworkAcl",
    "AWS::EC2::NetworkAclEntry",
    "AWS::EC2::SecurityGroup",
    "AWS::EC2::SecurityGroupIngress",
    "AWS::EC2::SecurityGroupEgress",
    "AWS::EC2::EIP",
    "AWS::EC2::EIPAssociation",
    "AWS::EC2::LaunchTemplate",
    "AWS::EC2::PrefixList",
    "AWS::ElasticLoadBalancingV2::Listener",
    "AWS::ElasticLoadBalancingV2::ListenerRule",
    "AWS::ElasticLoadBalancingV2::TargetGroup",
    "AWS::ECS::TaskDefinition",
    "AWS::Lambda::EventSourceMapping",
    "AWS::Lambda::EventInvokeConfig",
    "AWS::EFS::FileSystem",
];

pub(crate) fn is_element(name: &str) -> bool {
    ELEMENTS.iter().any(|row| row.name == name)
}

/// Whether networks are about resources of this type.
pub(crate) fn is_meant(name: &str) -> bool {
    is_element(name) || OTHERS.contains(&name)
}

#[cfg(test)]
mod tests {
    use super::{ELEMENTS, Listens, OTHERS, PARTS, PublicBy};

    /// A name that AWS does not know would read nothing, silently.
    #[test]
    fn every_name_is_in_the_catalog() {
        let property = |name: &str, path: &str| {
            let schema = ci_catalog::resource_type(name).unwrap_or_else(|| panic!("{name}"));
            let pointer = format!("/{}", path.replace('.', "/"));
            assert!(path.is_empty() || schema.node_at(&pointer).is_some(), "{name} {path}");
        };
        let joined = |outer: &str, inner: &str| match (outer, inner) {
            ("", inner) => inner.to_owned(),
            (_, "") => String::new(),
            (outer, inner) => format!("{outer}.{inner}"),
        };
        for row in &ELEMENTS {
            property(row.name, row.interface);
            property(row.name, &joined(row.interface, row.subnets));
            property(row.name, &joined(row.interface, row.groups));
            property(row.name, row.subnet_group.map_or("", |(group, _)| group));
            if let PublicBy::Property(path, ..) = row.public {
                property(row.name, path);
            }
            if let Listens::Port(path, _) | Listens::Engine(path) = row.listens {
                property(row.name, path);
            }
        }
        for name in OTHERS {
            property(name, "");
        }
        for (name, path) in PARTS {
            property(name, path);
        }
    }
}
