use std::fmt::Write as _;
use std::sync::Arc;

use super::*;
use crate::{Host, MemorySystem};

const MANIFEST: &str = "[package]\nname = \"shop\"\nversion = \"0.1.0\"\n";

/// A load balancer, instances behind it, a database; each thing that lets packets through on a line of its own.
const SHOP: &str = r#"
service Shop {
    let vpc = aws::ec2::VPC { CidrBlock: "10.0.0.0/16" };
    let gateway = aws::ec2::InternetGateway {};
    let attachment = aws::ec2::VPCGatewayAttachment { VpcId: vpc.VpcId, InternetGatewayId: gateway.InternetGatewayId };

    let front = for (at, range) in ["10.0.0.0/24", "10.0.1.0/24"] {
        at.to_string() => aws::ec2::Subnet { VpcId: vpc.VpcId, CidrBlock: range }
    };
    let back = for (at, range) in ["10.0.2.0/24", "10.0.3.0/24"] {
        at.to_string() => aws::ec2::Subnet { VpcId: vpc.VpcId, CidrBlock: range }
    };
    let table = aws::ec2::RouteTable { VpcId: vpc.VpcId };
    let way_out = aws::ec2::Route { RouteTableId: table.RouteTableId, DestinationCidrBlock: "0.0.0.0/0", GatewayId: gateway.InternetGatewayId };
    let association = for (name, subnet) in front {
        name => aws::ec2::SubnetRouteTableAssociation { SubnetId: subnet.SubnetId, RouteTableId: table.RouteTableId }
    };

    let list = aws::ec2::NetworkAcl { VpcId: vpc.VpcId };
    let entry_in = aws::ec2::NetworkAclEntry { NetworkAclId: list.Id, RuleNumber: 10, Protocol: 6, RuleAction: "allow", CidrBlock: "0.0.0.0/0", PortRange: { From: 443, To: 443 } };
    let answers_in = aws::ec2::NetworkAclEntry { NetworkAclId: list.Id, RuleNumber: 20, Protocol: 6, RuleAction: "allow", CidrBlock: "10.0.0.0/16", PortRange: { From: 1024, To: 65535 } };
    let entry_out = aws::ec2::NetworkAclEntry { NetworkAclId: list.Id, RuleNumber: 10, Egress: true, Protocol: 6, RuleAction: "allow", CidrBlock: "0.0.0.0/0", PortRange: { From: 1024, To: 65535 } };
    let listed = for (name, subnet) in front {
        name => aws::ec2::SubnetNetworkAclAssociation { SubnetId: subnet.SubnetId, NetworkAclId: list.Id }
    };

    let balancer_group = aws::ec2::SecurityGroup {
        GroupDescription: "front", VpcId: vpc.VpcId,
        SecurityGroupIngress: [{ IpProtocol: "tcp", FromPort: 443, ToPort: 443, CidrIp: "0.0.0.0/0" }],
        SecurityGroupEgress: [{ IpProtocol: "tcp", FromPort: 8080, ToPort: 8080, DestinationSecurityGroupId: server_group.GroupId }],
    };
    let server_group = aws::ec2::SecurityGroup { GroupDescription: "servers", VpcId: vpc.VpcId };
    let from_balancer = aws::ec2::SecurityGroupIngress { GroupId: server_group.GroupId, IpProtocol: "tcp", FromPort: 8080, ToPort: 8080, SourceSecurityGroupId: balancer_group.GroupId };
    let data_group = aws::ec2::SecurityGroup {
        GroupDescription: "data", VpcId: vpc.VpcId,
        SecurityGroupIngress: [{ IpProtocol: "tcp", FromPort: 5432, ToPort: 5432, SourceSecurityGroupId: server_group.GroupId }],
        SecurityGroupEgress: [{ IpProtocol: "icmp", FromPort: 252, ToPort: 86, CidrIp: "255.255.255.255/32" }],
    };

    let balancer = aws::elasticloadbalancingv2::LoadBalancer { Scheme: "internet-facing", Subnets: for subnet in front.values() { subnet.SubnetId }, SecurityGroups: [balancer_group.GroupId] };
    let https = aws::elasticloadbalancingv2::Listener { LoadBalancerArn: balancer.LoadBalancerArn, Protocol: "HTTP", Port: 443, DefaultActions: [{ Type: "forward", TargetGroupArn: targets.TargetGroupArn }] };
    let targets = aws::elasticloadbalancingv2::TargetGroup { VpcId: vpc.VpcId, TargetType: "instance", Protocol: "HTTP", Port: 8080, Targets: [{ Id: server.InstanceId }] };
    let server = aws::ec2::Instance { MetadataOptions: { HttpTokens: "required" }, ImageId: "ami-0abcdef1234567890", SubnetId: back["0"].SubnetId, SecurityGroupIds: [server_group.GroupId] };

    let data_subnets = aws::rds::DBSubnetGroup { DBSubnetGroupDescription: "data", SubnetIds: for subnet in back.values() { subnet.SubnetId } };
    let data = aws::rds::DBInstance {
        Engine: "postgres", DBInstanceClass: "db.t4g.micro", AllocatedStorage: "20", MasterUsername: "owner", ManageMasterUserPassword: true,
        DBSubnetGroupName: data_subnets.DBSubnetGroupName, VPCSecurityGroups: [data_group.GroupId],
        PubliclyAccessible: false,
    };
}
"#;

fn snapshot(source: &str) -> Snapshot {
    let code = ("/p/clerk/index.py", "def handler(event, context): pass\n");
    let system = MemorySystem::new([("/p/ci.toml", MANIFEST), ("/p/src/main.ci", source), code]);
    let host = Host::open(Arc::new(system), "/p".into()).map_err(|error| error.diagnostic.message).unwrap();
    host.snapshot().clone()
}

/// The first word at a place: the name of the resource, or the property.
fn word(at: Span, source: &str) -> &str {
    let at = &source[at.range.start as usize..];
    at.split_whitespace().next().unwrap_or_default()
}

/// The answer in lines.
fn ask(source: &str, from: &str, to: &str) -> String {
    let question = NetworkQuestion { target: None, from: Some(from.to_owned()), to: Some(to.to_owned()) };
    let report = snapshot(source).network(&question);
    let wrong: Vec<&str> = report.diagnostics.iter().map(|found| &*found.message).collect();
    assert_eq!(wrong, Vec::<&str>::new());
    let mut text = String::new();
    for connection in report.targets.iter().flat_map(|target| &target.connections) {
        match &connection.answer {
            NetworkAnswer::Reached(paths) => {
                for path in paths {
                    let _ = write!(text, "{} {}", path.protocol, path.ports);
                    if !path.perhaps.is_empty() {
                        let _ = write!(text, " perhaps {}", path.perhaps);
                    }
                    text.push('\n');
                    for hop in &path.hops {
                        let if_so = if hop.unknown { "perhaps: " } else { "" };
                        let _ = writeln!(text, "  {if_so}{} <- {}", hop.says, word(hop.at, source));
                    }
                }
            }
            NetworkAnswer::Blocked(blocked) => {
                let _ =
                    writeln!(text, "{}; {} <- {}", blocked.what, blocked.setting, word(blocked.at, source));
            }
        }
    }
    text
}

/// What `check` finds: codes, messages and the words they are at.
fn found(source: &str) -> String {
    let snapshot = snapshot(source);
    let mut text = String::new();
    for found in snapshot.check() {
        let _ = writeln!(text, "{} {} <- {}", found.code, found.message, word(found.primary.at, source));
    }
    text
}

/// The program with one thing changed.
fn with(from: &str, to: &str) -> String {
    assert_eq!(SHOP.matches(from).count(), 1, "{from}");
    SHOP.replace(from, to)
}

/// The program without the lines that begin with these words.
fn without(beginnings: &[&str]) -> String {
    let mut left = String::new();
    let mut dropped = 0;
    for line in SHOP.lines() {
        if beginnings.iter().any(|beginning| line.trim_start().starts_with(beginning)) {
            dropped += 1;
        } else {
            left.push_str(line);
            left.push('\n');
        }
    }
    assert_eq!(dropped, beginnings.len());
    left
}

#[test]
fn a_path_names_everything_that_lets_it_through() {
    assert_eq!(found(SHOP), "");
    assert_eq!(
        ask(SHOP, "internet", "balancer"),
        "tcp 443
  `balancer` has a public address: Scheme <- \"internet-facing\",
  the route `way_out` of `table` leads to the internet <- aws::ec2::Route
  the access list `list` lets it enter <- aws::ec2::NetworkAclEntry
  the group `balancer_group` takes tcp 443 from 0.0.0.0/0 <- {
  the listener `https` of `balancer` listens on tcp 443 <- 443,
"
    );
    assert_eq!(
        ask(SHOP, "balancer", "server"),
        "tcp 8080
  the group `balancer_group` sends tcp 8080 to `server_group` <- {
  the access list `list` lets it leave <- aws::ec2::NetworkAclEntry
  both are in the VPC `vpc` <- subnet.SubnetId
  the group `server_group` takes tcp 8080 from `balancer_group` <- aws::ec2::SecurityGroupIngress
"
    );
    assert_eq!(
        ask(SHOP, "server", "data"),
        "tcp 5432
  the group `server_group` has no rule for what leaves, so everything may <- aws::ec2::SecurityGroup
  the group `data_group` takes tcp 5432 from `server_group` <- {
  `data` listens on tcp 5432, as nothing else is written <- aws::rds::DBInstance
"
    );
}

/// Without any one of the things on its way nothing arrives, and the answer says what would have to change, and where.
#[test]
fn each_thing_on_the_way_blocks() {
    let no_association = without(&["let association", "name => aws::ec2::SubnetRouteTableAssociation"]);
    let no_association = no_association.replacen("    };\n\n    let list", "\n\n    let list", 1);
    let two = |from: &str, to: &str, source: String, what: &str| {
        let answer = ask(&source, from, to);
        assert_eq!(answer.trim_end(), what);
    };
    let entering = |source, what| two("internet", "balancer", source, what);
    entering(
        without(&["let way_out"]),
        "the route table `table` of the subnet `front.0` has no route to an internet gateway; a route of `table` to an \
         internet gateway <- aws::ec2::RouteTable",
    );
    entering(
        no_association,
        "the subnet `front.0` has no route table of its own, and the one of its VPC leads nowhere else; a route table of \
         the subnet `front.0` with a route to an internet gateway <- aws::ec2::Subnet",
    );
    entering(
        without(&["let attachment"]),
        "the gateway `gateway` is not attached to the VPC `vpc`; an attachment of the gateway <- aws::ec2::Route",
    );
    entering(
        without(&["let entry_in"]),
        "no entry of the access list `list` allows it to enter; the incoming entries of the access list `list` <- \
         aws::ec2::NetworkAcl",
    );
    entering(
        with(
            "RuleNumber: 10, Protocol: 6, RuleAction: \"allow\"",
            "RuleNumber: 10, Protocol: 6, RuleAction: \"deny\"",
        ),
        "entry 10 of the access list `list` denies it; the incoming entries of the access list `list` <- \
         aws::ec2::NetworkAclEntry",
    );
    entering(
        without(&["let entry_out"]),
        "the access list `list` does not let answers out, to ports 1024-65535; the outgoing entries of the access list \
         `list` <- aws::ec2::NetworkAcl",
    );
    let no_rule = "no rule of `balancer_group` takes tcp from the internet; SecurityGroupIngress of `balancer_group` <- \
                   aws::ec2::SecurityGroup";
    entering(without(&["SecurityGroupIngress: [{ IpProtocol: \"tcp\", FromPort: 443"]), no_rule);
    entering(with("ToPort: 443, CidrIp: \"0.0.0.0/0\"", "ToPort: 443, CidrIp: \"10.0.0.0/8\""), no_rule);
    entering(
        without(&["let https"]),
        "`balancer` takes no tcp connections; none: `balancer` does not listen <- \
         aws::elasticloadbalancingv2::LoadBalancer",
    );
    entering(
        with("\"HTTP\", Port: 443", "\"HTTP\", Port: 80"),
        "`balancer` listens on tcp 80, and only 443 is let through; the port of `balancer`, or the rules before it <- 80,",
    );
    entering(
        with("\"internet-facing\"", "\"internal\""),
        "`balancer` has no public address; Scheme of `balancer` <- \"internal\",",
    );
    let inside = |to, source, what| two(if to == "data" { "server" } else { "balancer" }, to, source, what);
    inside(
        "server",
        without(&["let from_balancer"]),
        "no rule of `server_group` takes tcp from `balancer`; SecurityGroupIngress of `server_group` <- \
         aws::ec2::SecurityGroup",
    );
    inside(
        "server",
        with(
            "FromPort: 8080, ToPort: 8080, DestinationSecurityGroupId: server_group.GroupId",
            "FromPort: 8080, ToPort: 8080, DestinationSecurityGroupId: data_group.GroupId",
        ),
        "no rule of `balancer_group` sends tcp to `server`; SecurityGroupEgress of `balancer_group` <- \
         aws::ec2::SecurityGroup",
    );
    inside(
        "server",
        without(&["let answers_in"]),
        "the access list `list` does not let answers in, to ports 1024-65535; the incoming entries of the access list \
         `list` <- aws::ec2::NetworkAcl",
    );
    inside(
        "data",
        without(&["SecurityGroupIngress: [{ IpProtocol: \"tcp\", FromPort: 5432"]),
        "no rule of `data_group` takes tcp from `server`; SecurityGroupIngress of `data_group` <- aws::ec2::SecurityGroup",
    );
    inside(
        "data",
        with("PubliclyAccessible: false", "Port: \"5433\", PubliclyAccessible: false"),
        "`data` listens on tcp 5433, and only 5432 is let through; the port of `data`, or the rules before it <- \"5433\",",
    );
}

#[test]
fn what_only_the_deployment_knows_is_open_and_closed() {
    let source = with("service Shop {", "service Shop {\n    param office: Cidr;")
        .replace("ToPort: 443, CidrIp: \"0.0.0.0/0\"", "ToPort: 443, CidrIp: office");
    assert_eq!(found(&source), "");
    let told = ask(&source, "internet", "balancer");
    assert!(told.starts_with("tcp  perhaps 443\n"), "{told}");
    assert!(
        told.contains(
            "perhaps: the group `balancer_group` takes tcp 443 from addresses that only the deployment knows"
        ),
        "{told}"
    );
    // A database with a group that is given may be reached by all, and nothing is said to be wrong.
    let source = source
        .replace("service Shop {", "service Shop {\n    param group: String;")
        .replace("VPCSecurityGroups: [data_group.GroupId]", "VPCSecurityGroups: [group]");
    assert_eq!(found(&source), "");
    assert!(ask(&source, "server", "data").starts_with("tcp  perhaps 5432\n"));
}

#[test]
fn what_is_wrong_is_found() {
    let open = "ToPort: 5432, CidrIp: \"0.0.0.0/0\"";
    let open = with("ToPort: 5432, SourceSecurityGroupId: server_group.GroupId", open);
    let public = open
        .replace("PubliclyAccessible: false", "PubliclyAccessible: true")
        .replace("for subnet in back.values()", "for subnet in front.values()")
        .replace("PortRange: { From: 443, To: 443 }", "PortRange: { From: 443, To: 6000 }");
    let everywhere = "E0512 the group `data_group` takes tcp 5432 from everywhere, and no load balancer that has it listens \
                      there <- \"0.0.0.0/0\"\n";
    assert_eq!(found(&open), everywhere);
    assert_eq!(
        found(&public),
        format!("{everywhere}E0511 the internet reaches the data store `data` on tcp 5432 <- true,\n")
    );
    assert_eq!(
        found(&with("ToPort: 443, CidrIp: \"0.0.0.0/0\"", "ToPort: 444, CidrIp: \"0.0.0.0/0\"")),
        "E0512 the group `balancer_group` takes tcp 444 from everywhere, and no load balancer that has it listens there <- \
         \"0.0.0.0/0\"\n"
    );
    assert_eq!(
        found(&without(&["let from_balancer"])),
        "E0513 the load balancer `balancer` cannot reach `server` on tcp 8080: no rule of `server_group` takes tcp from \
         `balancer` <- server.InstanceId\n"
    );
    assert_eq!(
        found(&with(
            "FromPort: 8080, ToPort: 8080, SourceSecurityGroupId",
            "FromPort: 80, ToPort: 80, SourceSecurityGroupId"
        )),
        "E0513 the load balancer `balancer` cannot reach `server` on tcp 8080: no rule of `server_group` takes tcp from \
         `balancer` <- server.InstanceId\n"
    );
    // Two halves are everywhere, and are told once; one of them is not.
    let halves = "ToPort: 5432, CidrIp: \"0.0.0.0/1\" }, { IpProtocol: \"tcp\", FromPort: 5000, ToPort: 6000, CidrIp: \"128.0.0.0/1\"";
    let halves = with("ToPort: 5432, SourceSecurityGroupId: server_group.GroupId", halves);
    assert_eq!(found(&halves), everywhere.replace("0.0.0.0/0", "0.0.0.0/1"));
    assert_eq!(found(&halves.replace("128.0.0.0/1", "10.0.0.0/8")), "");
    let reason = "#[allow(open_to_world, reason = \"a honeypot\")]\n    let data_group";
    assert_eq!(found(&open.replace("let data_group", reason)), "");
}

/// A function that may send messages, in subnets that lead nowhere.
const ISOLATED: &str = r#"
service Jobs {
    let vpc = aws::ec2::VPC { CidrBlock: "10.0.0.0/16" };
    let subnet = aws::ec2::Subnet { VpcId: vpc.VpcId, CidrBlock: "10.0.0.0/24" };
    let group = aws::ec2::SecurityGroup { GroupDescription: "jobs", VpcId: vpc.VpcId };
    let queue = aws::sqs::Queue {};
    let role = aws::iam::Role {
        AssumeRolePolicyDocument: policy([allow sts::AssumeRole to aws_service("lambda.amazonaws.com")]),
        Policies: [{ PolicyName: "send", PolicyDocument: policy([allow sqs::SendMessage on [queue.Arn]]) }],
    };
    let worker = aws::lambda::Function {
        Code: { ZipFile: "exports.handler = null;" }, Handler: "index.handler", Runtime: "nodejs22.x", Role: role.Arn,
        VpcConfig: { SubnetIds: [subnet.SubnetId], SecurityGroupIds: [group.GroupId] },
    };
}
"#;

#[test]
fn rights_without_a_way_are_found() {
    let told = "E0513 `worker` has rights on sqs and no way to it: the subnet `subnet` has no route table of its own, and \
                the one of its VPC leads nowhere else <- {\n";
    assert_eq!(found(ISOLATED), told);
    let more = |lines: &str| ISOLATED.replace("    let queue", &format!("{lines}\n    let queue"));
    let endpoint = r#"    let endpoint = aws::ec2::VPCEndpoint { VpcId: vpc.VpcId, VpcEndpointType: "Interface", ServiceName: "com.amazonaws.{aws::region}.sqs", SubnetIds: [subnet.SubnetId], SecurityGroupIds: ["sg-0123456789abcdef0"] };"#;
    assert_eq!(found(&more(endpoint)), "");
    assert_eq!(found(&more(&endpoint.replace(".sqs", ".sns"))), told);
    // Without groups it has that of its VPC, which takes packets from its own only.
    let by_default = endpoint.replace(r#", SecurityGroupIds: ["sg-0123456789abcdef0"]"#, "");
    assert_eq!(
        found(&more(&by_default)),
        "E0513 `worker` has rights on sqs and no way to the endpoint of sqs: no rule of `vpc` takes tcp from `worker` <- {\n"
    );
    // An endpoint that lets nobody in is no way, and neither is one that the function may not send to.
    let guarded = format!(
        "    let door = aws::ec2::SecurityGroup {{ GroupDescription: \"door\", VpcId: vpc.VpcId }};\n{}",
        endpoint.replace(r#""sg-0123456789abcdef0""#, "door.GroupId")
    );
    assert_eq!(
        found(&more(&guarded)),
        "E0513 `worker` has rights on sqs and no way to the endpoint of sqs: no rule of `door` takes tcp from `worker` <- \
         {\n"
    );
    let rule = "    let rule = aws::ec2::SecurityGroupIngress { GroupId: door.GroupId, IpProtocol: \"tcp\", FromPort: 443, ToPort: 443, SourceSecurityGroupId: group.GroupId };";
    assert_eq!(found(&more(&format!("{guarded}\n{rule}"))), "");
    assert_eq!(
        found(&more(&format!("{guarded}\n{}", rule.replace("443", "80")))),
        "E0513 `worker` has rights on sqs and no way to the endpoint of sqs: `endpoint` listens on tcp 443, and only 80 is \
         let through <- {\n"
    );
    // A gateway endpoint is a route: what must be let out is the list of addresses behind it.
    let stored = |rule: &str| {
        let gateway = r#"    let endpoint = aws::ec2::VPCEndpoint { VpcId: vpc.VpcId, ServiceName: "com.amazonaws.{aws::region}.s3" };"#;
        let closed = "VpcId: vpc.VpcId, SecurityGroupEgress: [{ IpProtocol: \"-1\", CidrIp: \"127.0.0.1/32\" }] };\n    let queue";
        more(&format!("{gateway}\n{rule}"))
            .replace("VpcId: vpc.VpcId };\n    let endpoint", &closed.replace("let queue", "let endpoint"))
            .replace("aws::sqs::Queue {}", "aws::s3::Bucket {}")
            .replace("sqs::SendMessage on [queue.Arn]", "s3::GetObject on [\"{queue.Arn}/*\"]")
    };
    assert_eq!(
        found(&stored("")),
        "E0513 `worker` has rights on s3 and no way to the endpoint of s3: no rule of `group` sends tcp to the internet, \
         where its addresses are <- {\n"
    );
    let list = "    let rule = aws::ec2::SecurityGroupEgress { GroupId: group.GroupId, IpProtocol: \"tcp\", FromPort: 443, ToPort: 443, DestinationPrefixListId: \"pl-6ea54007\" };";
    assert_eq!(found(&stored(list)), "");
    let peered = r#"    let table = aws::ec2::RouteTable { VpcId: vpc.VpcId };
    let link = aws::ec2::SubnetRouteTableAssociation { SubnetId: subnet.SubnetId, RouteTableId: table.RouteTableId };
    let route = aws::ec2::Route { RouteTableId: table.RouteTableId, DestinationCidrBlock: "10.9.0.0/16", TransitGatewayId: "tgw-0123456789abcdef0" };"#;
    assert_eq!(found(&more(peered)), "");
    // What calls the function takes messages with its rights.
    let source = "    let source = aws::lambda::EventSourceMapping { FunctionName: worker.FunctionName, EventSourceArn: queue.Arn };";
    let received = more(source)
        .replace("sqs::SendMessage on", "sqs::{ReceiveMessage, DeleteMessage, GetQueueAttributes} on");
    assert_eq!(found(&received), "");
}

/// A cache of one service that another reaches, because a range of addresses lets it in.
const APART: &str = r#"
interface Net { vpc: Id<aws::ec2::VPC>; subnet: Id<aws::ec2::Subnet>; }
service Base {
    let vpc = aws::ec2::VPC { CidrBlock: "10.0.0.0/16" };
    let subnet = aws::ec2::Subnet { VpcId: vpc.VpcId, CidrBlock: "10.0.0.0/24" };
    provides net: Net = { vpc: vpc.VpcId, subnet: subnet.SubnetId };
}
service Sessions {
    needs net: Net;
    param office: String = "10.0.0.0/16";
    let group = aws::ec2::SecurityGroup {
        GroupDescription: "sessions", VpcId: net.vpc,
        SecurityGroupIngress: [{ IpProtocol: "tcp", FromPort: 6379, ToPort: 6379, CidrIp: "10.0.0.0/16" }],
    };
    let cache = aws::elasticache::ServerlessCache {
        ServerlessCacheName: "sessions", Engine: "valkey", SubnetIds: [net.subnet], SecurityGroupIds: [group.GroupId],
    };
    output office_range: String = office;
}
service Reports {
    needs net: Net;
    let group = aws::ec2::SecurityGroup { GroupDescription: "reports", VpcId: net.vpc };
    let host = aws::ec2::Instance {
        ImageId: "ami-0abcdef1234567890", SubnetId: net.subnet, SecurityGroupIds: [group.GroupId],
        MetadataOptions: { HttpTokens: "required" },
    };
}
app Shop {
    let base = Base {};
    let sessions = Sessions { net: base.net };
    let reports = Reports { net: base.net };
}
"#;

#[test]
fn what_services_reach_of_each_other_is_said() {
    let told = "E0514 `host` of another service reaches `cache` on tcp 6379, and neither says so: the group `group` takes it \
                from 10.0.0.0/16 <- \"10.0.0.0/16\"\n";
    assert_eq!(found(APART), told);
    let with = |from: &str, to: &str| {
        assert!(APART.contains(from), "{from}");
        found(&APART.replace(from, to))
    };
    // Addresses of others, and what only the deployment knows.
    assert_eq!(with("CidrIp: \"10.0.0.0/16\"", "CidrIp: \"10.0.9.0/24\""), "");
    assert_eq!(with("CidrIp: \"10.0.0.0/16\"", "CidrIp: office"), "");
    // What cannot leave, and another port.
    let closed = "\"reports\", SecurityGroupEgress: [{ IpProtocol: \"-1\", CidrIp: \"127.0.0.1/32\" }]";
    assert_eq!(with("\"reports\"", closed), "");
    assert_eq!(with("FromPort: 6379, ToPort: 6379", "FromPort: 80, ToPort: 80"), "");
    // In the same service everybody can read it.
    let together =
        APART.replace("\nservice Reports {\n    needs net: Net;\n    let group =", "\n    let other =");
    let together = together
        .replace("    output office_range: String = office;\n}", "    output office_range: String = office;");
    let together = together.replace(
        "SubnetId: net.subnet, SecurityGroupIds: [group.GroupId]",
        "SubnetId: net.subnet, SecurityGroupIds: [other.GroupId]",
    );
    let together = together.replace("    let reports = Reports { net: base.net };\n", "");
    assert_eq!(found(&together), "");
    let reason = "#[allow(undeclared_connection, reason = \"the office\")]\n    let group = aws::ec2::SecurityGroup {\n";
    assert_eq!(with("let group = aws::ec2::SecurityGroup {\n", reason), "");
}

/// A function and a cache, with a rule between their groups on one side only.
const HALF: &str = r#"
service Shop {
    let vpc = aws::ec2::VPC { CidrBlock: "10.0.0.0/16" };
    let subnet = aws::ec2::Subnet { VpcId: vpc.VpcId, CidrBlock: "10.0.0.0/24" };
    let kept = aws::ec2::SecurityGroup {
        GroupDescription: "kept", VpcId: vpc.VpcId, SecurityGroupEgress: [{ IpProtocol: "-1", CidrIp: "127.0.0.1/32" }],
    };
    let asking = aws::ec2::SecurityGroup {
        GroupDescription: "asking", VpcId: vpc.VpcId, SecurityGroupEgress: [{ IpProtocol: "-1", CidrIp: "127.0.0.1/32" }],
    };
    let cache = aws::elasticache::ServerlessCache {
        ServerlessCacheName: "sessions", Engine: "valkey", SubnetIds: [subnet.SubnetId], SecurityGroupIds: [kept.GroupId],
    };
    let host = aws::ec2::Instance {
        ImageId: "ami-0abcdef1234567890", SubnetId: subnet.SubnetId, SecurityGroupIds: [asking.GroupId],
        MetadataOptions: { HttpTokens: "required" },
    };
    let taken = aws::ec2::SecurityGroupIngress {
        GroupId: kept.GroupId, IpProtocol: "tcp", FromPort: 6379, ToPort: 6379, SourceSecurityGroupId: asking.GroupId,
    };
}
"#;

#[test]
fn a_rule_that_lets_nobody_through_is_found() {
    let start = "E0513 `host` cannot reach `cache` on tcp 6379, although a rule between their groups is there for it: ";
    let rule = "aws::ec2::SecurityGroupIngress\n";
    assert_eq!(found(HALF), format!("{start}no rule of `asking` sends tcp to `cache` <- {rule}"));
    let sent = "    let sent = aws::ec2::SecurityGroupEgress {
        GroupId: asking.GroupId, IpProtocol: \"tcp\", FromPort: 6379, ToPort: 6379, DestinationSecurityGroupId: kept.GroupId,
    };
    let taken";
    let whole = HALF.replace("    let taken", sent);
    assert_eq!(found(&whole), "");
    // Where it listens, on both sides.
    let elsewhere = whole.replace("6379", "6380");
    assert_eq!(
        found(&elsewhere),
        "E0513 `host` cannot reach `cache` on tcp 6380, although a rule between their groups is there for it: `cache` \
         listens on tcp 6379, and only 6380 is let through <- aws::ec2::SecurityGroupEgress\n"
    );
    // A group that nothing has is nobody's.
    let unused = HALF.replace("SecurityGroupIds: [asking.GroupId]", "SecurityGroupIds: [kept.GroupId]");
    assert_eq!(found(&unused), "");
}

/// A queue, a function that sends to it from a network of another service, and the network with an endpoint or without.
fn without_an_endpoint(vpc: &str, imports: &str) -> String {
    format!(
        r#"
use std::compute::{{Function, Runtime}};
use std::messaging::Queue;
{imports}

interface Net {{ inside: PrivateSubnets }}

service Base {{
    let vpc = {vpc};
    provides net: Net = {{ inside: vpc.private }};
}}

service Parcels {{
    needs net: Net;
    let parcels = Queue {{}};
    let clerk = Function {{ code: "clerk", runtime: Runtime::Python313, network: net.inside, uses: [parcels.send] }};
}}

app Shop {{
    let base = Base {{}};
    let parcels = Parcels {{ net: base.net }};
    environment dev {{ account: "111111111111", region: "eu-west-1" }}
}}
"#
    )
}

#[test]
fn an_endpoint_that_is_missing_can_be_added() {
    let subnets = "use std::network::{PrivateSubnets, Vpc};";
    let with_enum = "use std::network::{Endpoint, PrivateSubnets, Vpc};";
    let cases = [
        (r#"Vpc { cidr: "10.0.0.0/16", endpoints: [] }"#, subnets, "std::network::Endpoint::Sqs"),
        (r#"Vpc { endpoints: [Endpoint::Sns], cidr: "10.0.0.0/16" }"#, with_enum, "Endpoint::Sqs"),
        (
            "Vpc {\n        cidr: \"10.0.0.0/16\",\n        endpoints: [\n            Endpoint::Sns,\n        ],\n    }",
            with_enum,
            "Endpoint::Sqs",
        ),
    ];
    for (vpc, imports, value) in cases {
        let source = without_an_endpoint(vpc, imports);
        let wrong = snapshot(&source).check();
        let [finding] = wrong.as_slice() else { panic!("{vpc}: {wrong:?}") };
        let [fix] = finding.fixes.as_slice() else { panic!("{vpc}: {finding:?}") };
        assert_eq!(fix.title, format!("add `{value}` to `endpoints` of `vpc`"));
        let mut mended = source.clone();
        for edit in &fix.edits {
            mended.replace_range(edit.at.range.start as usize..edit.at.range.end as usize, &edit.text);
        }
        assert_eq!(found(&mended), "", "{mended}");
    }
    // Where nothing is listed it follows from the rights.
    assert_eq!(found(&without_an_endpoint(r#"Vpc { cidr: "10.0.0.0/16" }"#, subnets)), "");
    // What a variable holds is not here to be changed.
    let elsewhere = without_an_endpoint("Vpc { cidr: \"10.0.0.0/16\", endpoints: some }", with_enum)
        .replace("    let vpc =", "    let some: List<Endpoint> = [];\n    let vpc =");
    let wrong = snapshot(&elsewhere).check();
    assert!(matches!(wrong.as_slice(), [finding] if finding.fixes.is_empty()), "{wrong:?}");
}
