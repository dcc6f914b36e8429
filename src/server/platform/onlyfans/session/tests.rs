use super::*;

const AGENT: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0";
const X_BC: &str = "0123456789abcdef0123456789abcdef01234567";

fn form(fields: &[(&str, &str)]) -> BTreeMap<String, String> {
    fields.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect()
}

fn cookies(fields: &[(&str, &str)]) -> String {
    let session = Session::accept(&form(fields)).unwrap_or_else(|errors| panic!("{errors:?}"));
    assert_eq!(
        (session.x_bc().expose_secret(), session.user_agent(), session.user_id()),
        (X_BC, AGENT, "42")
    );
    session.cookie_header().expose_secret().to_owned()
}

// C10
#[test]
fn luna_may_paste_the_whole_header_and_only_the_session_is_kept() {
    let header = "Cookie: lang=en; sess=s1; _ga=GA1.2; auth_id=42; auth_uid_42=u; auth_uid_x=no; \
        cf_clearance=no; fp=f; st=t; csrf=c";
    let kept = cookies(&[("cookie", header), ("xBc", X_BC), ("userAgent", AGENT)]);
    assert_eq!(kept, "auth_id=42; auth_uid_42=u; csrf=c; fp=f; lang=en; sess=s1; st=t");
}

// C10
#[test]
fn single_fields_lines_and_the_json_of_other_tools_mean_the_same() {
    let json = format!(
        r#"{{"auth":{{"sess":"s1","auth_id":"42","auth_uid":"u","user_agent":"{AGENT}","x-bc":"{X_BC}"}}}}"#
    );
    let expected = "auth_id=42; auth_uid_42=u; sess=s1";
    assert_eq!(cookies(&[("cookie", &json)]), expected);
    assert_eq!(
        cookies(&[
            ("cookie", "sess=s1\r\nauth_id=42\nauth_uid_42=u"),
            ("xBc", X_BC),
            ("userAgent", AGENT)
        ]),
        expected
    );
    let fields = [
        ("sess", " s1 "),
        ("auth_id", "42"),
        ("auth_uid_42", "u"),
        ("xBc", X_BC),
        ("userAgent", AGENT),
    ];
    assert_eq!(cookies(&fields), expected);
}

// C10
#[test]
fn what_can_be_seen_to_be_wrong_is_told_at_its_field_before_onlyfans_is_asked() {
    let good = [("cookie", "sess=s1; auth_id=42"), ("xBc", X_BC), ("userAgent", AGENT)];
    let wrong = [
        (("cookie", ""), "sess"),
        (("cookie", "sess=s1"), "auth_id"),
        (("cookie", "sess=s1; auth_id=forty-two"), "number"),
        (("cookie", "sess=\u{2026}; auth_id=42"), "characters"),
        (("xBc", "0123"), "40 characters"),
        (("xBc", "z123456789abcdef0123456789abcdef01234567"), "40 characters"),
        (("userAgent", ""), "missing"),
        (("userAgent", "Mozilla\r\nx: y"), "characters"),
    ];
    for ((field, value), words) in wrong {
        let mut fields = form(&good);
        fields.insert(field.into(), value.into());
        let Err(errors) = Session::accept(&fields) else { panic!("{field} {value:?} was taken") };
        assert_eq!(errors.iter().map(|error| error.field.as_str()).collect::<Vec<_>>(), [field]);
        assert!(errors[0].message.contains(words), "{}", errors[0].message);
        assert!(
            value.is_empty() || !errors[0].message.contains(value),
            "a secret is never repeated"
        );
    }
}

// C10, S2
#[test]
fn a_session_reads_back_as_it_was_written_and_a_broken_one_is_not_quoted() {
    let session = Session::accept(&form(&[
        ("cookie", "sess=\"s1\"; auth_id=42"),
        ("xBc", X_BC),
        ("userAgent", AGENT),
    ]))
    .expect("a session");
    let written = session.write();
    let read = Session::read(&written).expect("a session");
    assert_eq!(read.write().expose_secret(), written.expose_secret());
    let Err(Error::Reconnect { reason, detail, .. }) =
        Session::read(&"{\"cookies\":\"s3cret\"}".to_owned().into())
    else {
        panic!("a broken session was read")
    };
    assert!(reason == Reason::Unreadable && !detail.contains("s3cret"), "{detail}");
}
