use super::*;
use crate::eval::builtin::dispatch;
use crate::eval::builtin::tests::{at, i, place, shown, t};

fn check_methods(cases: &[(&str, &str, &[Value], &str)]) {
    for (range, name, arguments, expected) in cases {
        let arguments: Vec<_> = arguments.iter().cloned().map(at).collect();
        let receiver = at(t(range));
        let call =
            Call { receiver: &receiver, name, arguments: &arguments, function: None, origin: place(9) };
        assert_eq!(shown(dispatch(call)), *expected, "{range}.{name}");
    }
}

#[test]
fn ranges_are_written_as_they_are() {
    let normal = ["10.0.0.0/16", "0.0.0.0/0", "10.1.2.3/32", "2001:db8::/32", "::/0", "::1/128"];
    for text in normal {
        assert_eq!(check(text), Ok(()));
        assert_eq!(Cidr::parse(text).unwrap().to_string(), text);
    }
    assert_eq!(check("10.0.0.0/33"), Err("the prefix of `10.0.0.0/33` must be at most 32".to_owned()));
    check_methods(&[
        ("2001:DB8:0:0::/32", "network", &[], "\"2001:db8::\""),
        (
            "10.0.0.5/16",
            "prefix",
            &[],
            "argument: `10.0.0.5/16` has bits set after its prefix; the range is `10.0.0.0/16`",
        ),
        (
            "2001:db8::1/32",
            "prefix",
            &[],
            "argument: `2001:db8::1/32` has bits set after its prefix; the range is `2001:db8::/32`",
        ),
        ("10.0.0.0/33", "prefix", &[], "argument: the prefix of `10.0.0.0/33` must be at most 32"),
        (
            "10.0.0.0",
            "prefix",
            &[],
            "argument: `10.0.0.0` is not a range of addresses, such as `10.0.0.0/16`",
        ),
        (
            "10.0.0.0/+8",
            "prefix",
            &[],
            "argument: `10.0.0.0/+8` is not a range of addresses, such as `10.0.0.0/16`",
        ),
        (
            "10.0.0.0/08",
            "prefix",
            &[],
            "argument: `10.0.0.0/08` is not a range of addresses, such as `10.0.0.0/16`",
        ),
        (
            "10.0.0/8",
            "prefix",
            &[],
            "argument: `10.0.0/8` is not a range of addresses, such as `10.0.0.0/16`",
        ),
        ("0.0.0.0/0", "prefix", &[], "0"),
    ]);
}

#[test]
fn masks_and_addresses() {
    check_methods(&[
        ("10.32.0.0/11", "netmask", &[], "\"255.224.0.0\""),
        ("0.0.0.0/0", "netmask", &[], "\"0.0.0.0\""),
        ("1.2.3.4/32", "netmask", &[], "\"255.255.255.255\""),
        ("2001:db8::/32", "netmask", &[], "\"ffff:ffff::\""),
        ("10.0.0.0/16", "host", &[i(0)], "\"10.0.0.0\""),
        ("10.0.0.0/16", "host", &[i(258)], "\"10.0.1.2\""),
        ("10.0.0.0/16", "host", &[i(65535)], "\"10.0.255.255\""),
        ("10.0.0.0/16", "host", &[i(65536)], "bounds: `10.0.0.0/16` has no address at 65536"),
        ("10.0.0.0/16", "host", &[i(-1)], "\"10.0.255.255\""),
        ("10.0.0.0/16", "host", &[i(-2)], "\"10.0.255.254\""),
        ("10.0.0.0/16", "host", &[i(-65536)], "\"10.0.0.0\""),
        ("10.0.0.0/16", "host", &[i(-65537)], "bounds: `10.0.0.0/16` has no address at -65537"),
        ("1.2.3.4/32", "host", &[i(-1)], "\"1.2.3.4\""),
        ("::/0", "host", &[i(-1)], "\"ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff\""),
        ("::/0", "host", &[i(i64::MIN)], "\"ffff:ffff:ffff:ffff:8000::\""),
        ("2001:db8::/32", "host", &[i(i64::MAX)], "\"2001:db8::7fff:ffff:ffff:ffff\""),
    ]);
}

#[test]
fn parts() {
    check_methods(&[
        ("10.0.0.0/16", "subnet", &[i(24), i(3)], "\"10.0.3.0/24\""),
        ("10.0.0.0/16", "subnet", &[i(24), i(255)], "\"10.0.255.0/24\""),
        ("10.0.0.0/16", "subnet", &[i(24), i(256)], "bounds: `10.0.0.0/16` has no part /24 at 256"),
        ("10.0.0.0/16", "subnet", &[i(24), i(-1)], "bounds: `10.0.0.0/16` has no part /24 at -1"),
        ("10.0.0.0/16", "subnet", &[i(16), i(0)], "\"10.0.0.0/16\""),
        ("10.0.0.0/16", "subnet", &[i(16), i(1)], "bounds: `10.0.0.0/16` has no part /16 at 1"),
        (
            "10.0.0.0/16",
            "subnet",
            &[i(8), i(0)],
            "argument: the prefix of a part of `10.0.0.0/16` must be from 16 to 32, found 8",
        ),
        (
            "10.0.0.0/16",
            "subnet",
            &[i(33), i(0)],
            "argument: the prefix of a part of `10.0.0.0/16` must be from 16 to 32, found 33",
        ),
        ("0.0.0.0/0", "subnet", &[i(32), i(4_294_967_295)], "\"255.255.255.255/32\""),
        ("::/0", "subnet", &[i(128), i(5)], "\"::5/128\""),
        ("::/0", "subnet", &[i(0), i(0)], "\"::/0\""),
        ("2001:db8:1200::/40", "subnet", &[i(64), i(65_537)], "\"2001:db8:1201:1::/64\""),
        // The example of Fn::Cidr: six parts with five host bits.
        (
            "192.168.0.0/24",
            "subnets",
            &[i(6), i(5)],
            "[\"192.168.0.0/27\", \"192.168.0.32/27\", \"192.168.0.64/27\", \"192.168.0.96/27\", \"192.168.0.128/27\", \"192.168.0.160/27\"]",
        ),
        ("2001:db8::/56", "subnets", &[i(2), i(64)], "[\"2001:db8::/64\", \"2001:db8:0:1::/64\"]"),
        ("192.168.0.0/24", "subnets", &[i(1), i(8)], "[\"192.168.0.0/24\"]"),
        (
            "192.168.0.0/24",
            "subnets",
            &[i(9), i(5)],
            "argument: `192.168.0.0/24` has fewer than 9 parts with 5 host bits",
        ),
        (
            "192.168.0.0/24",
            "subnets",
            &[i(1), i(9)],
            "argument: a part of `192.168.0.0/24` can have from 0 to 8 host bits, found 9",
        ),
        (
            "192.168.0.0/24",
            "subnets",
            &[i(1), i(-1)],
            "argument: a part of `192.168.0.0/24` can have from 0 to 8 host bits, found -1",
        ),
        (
            "192.168.0.0/24",
            "subnets",
            &[i(0), i(5)],
            "argument: the number of parts must be from 1 to 100000, found 0",
        ),
        (
            "192.168.0.0/24",
            "subnets",
            &[i(i64::MAX), i(5)],
            "argument: the number of parts must be from 1 to 100000, found 9223372036854775807",
        ),
    ]);
}

#[test]
fn ranges_in_ranges() {
    let cases = [
        ("10.0.0.0/16", "10.0.3.0/24", true, true),
        ("10.0.3.0/24", "10.0.0.0/16", false, true),
        ("10.0.0.0/16", "10.0.0.0/16", true, true),
        ("10.0.0.0/16", "10.1.0.0/16", false, false),
        ("0.0.0.0/0", "255.0.0.0/8", true, true),
        ("0.0.0.0/0", "::/0", false, false),
        ("::/0", "2001:db8::/32", true, true),
    ];
    for (range, other, contains, overlaps) in cases {
        check_methods(&[
            (range, "contains_range", &[t(other)], if contains { "true" } else { "false" }),
            (range, "overlaps", &[t(other)], if overlaps { "true" } else { "false" }),
        ]);
    }
    check_methods(&[
        ("::/0", "overlaps", &[t("x")], "argument: `x` is not a range of addresses, such as `10.0.0.0/16`"),
        ("::/0", "overlaps", &[crate::eval::builtin::tests::region()], "late at 7"),
    ]);
}
