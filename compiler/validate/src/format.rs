//! Formats that schemas name instead of spelling out a pattern: ids, ARNs, names, addresses and dates.
//!
//! A format that is not known here accepts everything.

use std::net::{Ipv4Addr, Ipv6Addr};

use ci_base::{Applicability, Code, Diagnostic};
use ci_graph::Origin;

use crate::network::Network;
use crate::place::Place;
use crate::words;

/// Whether `text` has the form that `format` names.
pub(crate) fn matches(format: &str, text: &str, place: &Place<'_>) -> bool {
    match format {
        "AWS::EC2::SecurityGroup.Id" => id(text, "sg-", |byte| byte.is_ascii_hexdigit()),
        "AWS::EC2::VPC.Id" => id(text, "vpc-", |byte| byte.is_ascii_hexdigit()),
        "AWS::EC2::Subnet.Id" => id(text, "subnet-", |byte| byte.is_ascii_hexdigit()),
        "AWS::EC2::Image.Id" => {
            let image = |byte: u8| byte.is_ascii_digit() || byte.is_ascii_lowercase();
            // A launch template may name a public parameter instead.
            id(text, "ami-", image)
                || (place.own_name() == Some("ImageId") && text.starts_with("resolve:ssm"))
        }
        "AWS::EC2::SecurityGroup.Name" => {
            !text.is_empty()
                && text.bytes().all(|b| b.is_ascii_alphanumeric() || b" ._-:/()#,@[]+=&;{}!$*".contains(&b))
        }
        "AWS::Logs::LogGroup.Name" => {
            (1..=512).contains(&text.len())
                && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-_/#".contains(&byte))
        }
        "AWS::S3::Bucket.Name" => bucket_name(text),
        "AWS::IAM::Role.Arn" => arn(text, "iam", |region, name| region.is_empty() && below(name, "role/")),
        "AWS::KMS::Key.Arn" => arn(text, "kms", |region, name| {
            is_region(region) && (below(name, "key/") || below(name, "alias/"))
        }),
        "AWS::SNS::Topic.Arn" => arn(text, "sns", |region, name| is_region(region) && !name.is_empty()),
        "AWS::ACM::Certificate.Arn" => {
            arn(text, "acm", |region, name| is_region(region) && below(name, "certificate/"))
        }
        "AWS::Lambda::Function.Arn" => {
            arn(text, "lambda", |region, name| is_region(region) && below(name, "function:"))
        }
        "AWS::Lambda::Function.Name" => {
            (1..=140).contains(&text.len())
                && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-')
        }
        "AWS::KMS::Key.Id" => key_id(text),
        "AWS::KMS::Alias.AliasName" => text
            .strip_prefix("alias/")
            .is_some_and(|name| !name.is_empty() && name.bytes().all(is_alias_byte)),
        "ipv4" => text.parse::<Ipv4Addr>().is_ok(),
        "ipv6" => text.parse::<Ipv6Addr>().is_ok(),
        "ipv4-network" => Network::parse(text).is_some_and(Network::is_v4),
        "ipv6-network" => Network::parse(text).is_some_and(|network| !network.is_v4()),
        "date" => date(text),
        "date-time" => date_time(text),
        "email" => text.contains('@'),
        _ => true,
    }
}

/// Why `text` does not have the form that `format` names.
pub(crate) fn explain(format: &str, text: &str, at: Origin, place: &Place<'_>) -> Diagnostic<Origin> {
    let (what, example) = describe(format);
    let found = words::quote(text);
    let finding = Diagnostic::new(Code::InvalidFormat, at, format!("{place} must be {what}, found {found}"))
        .label(format!("not {what}"));
    let finding = match example {
        "" => finding,
        example => finding.note(format!("for example {}", words::literal(example))),
    };
    match format {
        "AWS::EC2::SecurityGroup.Id" | "AWS::EC2::VPC.Id" | "AWS::EC2::Subnet.Id" | "AWS::IAM::Role.Arn" => {
            finding.help("name a resource of this program rather than writing its identifier")
        }
        "ipv4-network" => match Network::containing(text) {
            Some(network) => finding.help(format!("the range that contains it is {network}")).fix(
                format!("write {network}"),
                at,
                words::literal(&network),
                Applicability::MaybeIncorrect,
            ),
            None => finding,
        },
        _ => finding,
    }
}

/// A format in words, and an example of it.
fn describe(format: &str) -> (&str, &'static str) {
    match format {
        "AWS::EC2::SecurityGroup.Id" => ("the id of a security group", "sg-0123456789abcdef0"),
        "AWS::EC2::VPC.Id" => ("the id of a VPC", "vpc-0123456789abcdef0"),
        "AWS::EC2::Subnet.Id" => ("the id of a subnet", "subnet-0123456789abcdef0"),
        "AWS::EC2::Image.Id" => ("the id of an image", "ami-0123456789abcdef0"),
        "AWS::EC2::SecurityGroup.Name" => ("the name of a security group", "web servers"),
        "AWS::Logs::LogGroup.Name" => ("the name of a log group", "/aws/lambda/orders"),
        "AWS::S3::Bucket.Name" => ("the name of a bucket", "orders-archive"),
        "AWS::IAM::Role.Arn" => ("the ARN of a role", "arn:aws:iam::123456789012:role/worker"),
        "AWS::KMS::Key.Arn" => (
            "the ARN of a key",
            "arn:aws:kms:eu-west-1:123456789012:key/0b7c4b5e-0e0c-4b1a-9d4e-3f6c1a2b3c4d",
        ),
        "AWS::SNS::Topic.Arn" => ("the ARN of a topic", "arn:aws:sns:eu-west-1:123456789012:orders"),
        "AWS::ACM::Certificate.Arn" => {
            ("the ARN of a certificate", "arn:aws:acm:us-east-1:123456789012:certificate/0b7c4b5e")
        }
        "AWS::Lambda::Function.Arn" => {
            ("the ARN of a function", "arn:aws:lambda:eu-west-1:123456789012:function:orders")
        }
        "AWS::Lambda::Function.Name" => ("the name of a function", "orders"),
        "AWS::KMS::Key.Id" => ("the id of a key", "0b7c4b5e-0e0c-4b1a-9d4e-3f6c1a2b3c4d"),
        "AWS::KMS::Alias.AliasName" => ("the name of an alias", "alias/orders"),
        "ipv4" => ("an IPv4 address", "10.0.0.1"),
        "ipv6" => ("an IPv6 address", "2001:db8::1"),
        "ipv4-network" => ("a range of IPv4 addresses", "10.0.0.0/16"),
        "ipv6-network" => ("a range of IPv6 addresses", "2001:db8::/32"),
        "date" => ("a date", "2027-01-31"),
        "date-time" => ("a date and time", "2027-01-31T12:00:00Z"),
        "email" => ("an e-mail address", "someone@example.com"),
        other => (other, ""),
    }
}

/// A prefix and 8 or 17 characters.
fn id(text: &str, prefix: &str, byte: impl Fn(u8) -> bool) -> bool {
    text.strip_prefix(prefix).is_some_and(|rest| matches!(rest.len(), 8 | 17) && rest.bytes().all(byte))
}

fn below(name: &str, prefix: &str) -> bool {
    name.strip_prefix(prefix).is_some_and(|rest| !rest.is_empty())
}

fn is_region(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}

/// `arn:PARTITION:SERVICE:REGION:ACCOUNT:NAME` of one service, in an account; `rest` judges region and name.
fn arn(text: &str, service: &str, rest: impl Fn(&str, &str) -> bool) -> bool {
    let mut parts = text.splitn(6, ':');
    let mut next = || parts.next().unwrap_or_default();
    let (prefix, partition, found, region, account, name) = (next(), next(), next(), next(), next(), next());
    let partition_fits = partition
        .strip_prefix("aws")
        .is_some_and(|more| more.bytes().all(|byte| byte.is_ascii_alphabetic() || byte == b'-'));
    prefix == "arn"
        && partition_fits
        && found == service
        && account.len() == 12
        && account.bytes().all(|byte| byte.is_ascii_digit())
        && rest(region, name)
}

fn bucket_name(text: &str) -> bool {
    let bytes = text.as_bytes();
    let edge = |byte: Option<&u8>| byte.is_some_and(|byte| *byte != b'.' && *byte != b'-');
    (3..=63).contains(&bytes.len())
        && bytes.iter().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || *b == b'.' || *b == b'-')
        && edge(bytes.first())
        && edge(bytes.last())
        && !["..", "-.", ".-"].iter().any(|pair| text.contains(pair))
}

fn key_id(text: &str) -> bool {
    let hex = |part: &str, length| {
        part.len() == length && part.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
    };
    if let Some(name) = text.strip_prefix("alias/") {
        return !name.is_empty() && name.bytes().all(is_alias_byte);
    }
    if let Some(rest) = text.strip_prefix("mrk-") {
        return hex(rest, 32);
    }
    let mut parts = text.split('-');
    [8, 4, 4, 4, 12].into_iter().all(|length| parts.next().is_some_and(|part| hex(part, length)))
        && parts.next().is_none()
}

const fn is_alias_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b':' | b'/' | b'_' | b'-')
}

fn digits(text: &str, range: std::ops::RangeInclusive<u32>) -> bool {
    text.len() == 2
        && text.bytes().all(|byte| byte.is_ascii_digit())
        && text.parse().is_ok_and(|number| range.contains(&number))
}

fn date(text: &str) -> bool {
    let mut parts = text.splitn(3, '-');
    let (year, month, day) = (
        parts.next().unwrap_or_default(),
        parts.next().unwrap_or_default(),
        parts.next().unwrap_or_default(),
    );
    year.len() == 4
        && year.bytes().all(|byte| byte.is_ascii_digit())
        && digits(month, 1..=12)
        && digits(day, 1..=31)
}

/// As RFC 3339 has it: seconds may have a fraction, the zone must be given.
fn date_time(text: &str) -> bool {
    let Some((day, time)) = text.split_once(['T', 't']) else { return false };
    let (clock, zone) = match time.find(['Z', 'z', '+', '-']) {
        Some(at) => time.split_at(at),
        None => return false,
    };
    let zone_fits = match zone.strip_prefix(['+', '-']) {
        Some(offset) => offset
            .split_once(':')
            .is_some_and(|(hour, minute)| digits(hour, 0..=23) && digits(minute, 0..=59)),
        None => zone.eq_ignore_ascii_case("z"),
    };
    let (whole, fraction) = clock.split_once('.').unwrap_or((clock, "0"));
    let mut parts = whole.splitn(3, ':');
    let mut part = |range| parts.next().is_some_and(|text| digits(text, range));
    date(day)
        && zone_fits
        && part(0..=23)
        && part(0..=59)
        && part(0..=60)
        && !fraction.is_empty()
        && fraction.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests;
