//! What must be true at the end of every run: nothing lost, nothing twice, every chain and digest right.

use tiexin_testkit::province::Province;

use crate::connect;
use crate::device::Device;

/// Holds what the devices know against what the database holds.
///
/// # Panics
/// When anything differs: a rate at which changes are lost is no rate.
pub(crate) async fn check(url: &str, devices: &[Device]) {
    let client = connect(url).await;
    let one = async |sql: &str| -> i64 { client.query_one(sql, &[]).await.expect("counted").get(0) };
    let accepted: u64 = devices.iter().map(|device| device.accepted).sum();
    let accepted = i64::try_from(accepted).expect("a count");
    println!("\n== at the end");
    let waiting = devices.iter().filter(|device| device.waits()).count();
    println!("  {waiting} desks have not told everything");
    let entries = one("SELECT count(*) FROM log").await;
    println!("  {accepted} changes were told as accepted; the logs hold {entries} entries");
    assert_eq!(entries, accepted, "entries of the logs");
    let once = one("SELECT count(*) FROM (SELECT DISTINCT device, incarnation, own FROM log) AS once").await;
    assert_eq!(once, accepted, "changes that stand once");
    assert_eq!(one("SELECT sum(head)::bigint FROM scope").await, accepted, "heads");
    assert_eq!(one("SELECT count(*) FROM verdict").await, accepted, "verdicts");
    assert_eq!(one("SELECT count(*) FROM conflict").await + one("SELECT count(*) FROM parked").await, 0);
}

/// Recomputes everything with `tiexin-server verify`.
pub(crate) fn verify(province: &Province) {
    let report = province.administer(&["verify"]).expect("nothing broken");
    println!(
        "  verify: {} scopes, {} entries, {} records, {} audit entries, broken: {}",
        report["scopes"], report["entries"], report["records"], report["audit_entries"], report["broken"]
    );
}
