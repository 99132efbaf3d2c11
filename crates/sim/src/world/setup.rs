//! The beginning: a province with desks in place.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU32};

use fastrand::Rng;
use secrecy::SecretString;
use tiexin_domain::RegionCode;
use tiexin_domain::access::{Grant, Role};
use tiexin_protocol::wire::EnrolRequest;
use tiexin_store::{Book, KdfCost, NewUser};
use tiexin_sync::{EnrolWish, ProvinceAddress, device_key, joined};
use uuid::Uuid;

use super::{BEGIN, Broken, COUNTY, Database, Desk, PASSWORD, Place, Sticks, TOWNS, World, broke};

impl World {
    /// A province with desks in place: workers of whole townships, of villages, and a supervisor.
    pub(crate) async fn begin(
        dice: &mut Rng,
        database: Option<Database>,
        crowd: bool,
    ) -> Result<World, Broken> {
        let dir =
            tempfile::Builder::new().prefix("tiexin-sim").tempdir_in(scratch()).map_err(broke("dir"))?;
        let place = match database {
            Some(database) => Place::Database(database),
            None => Place::File(dir.path().join("province.db")),
        };
        let clock = Arc::new(AtomicI64::new(BEGIN));
        let mut world = World {
            place,
            province: None,
            older: dice.u8(..) < 80,
            clock,
            desks: Vec::new(),
            memory: Arc::default(),
            next: AtomicU32::new(1),
            wire: Arc::default(),
            tally: Arc::default(),
            backup: None,
            backups: 0,
            restores: 0,
            old_program: Default::default(),
            sticks: Sticks::default(),
            dir,
        };
        world.open_server().await?;
        if world.older {
            world.tally.count("run with an older province");
        }
        if matches!(world.place, Place::Database(_)) {
            world.tally.count("run on PostgreSQL");
        }
        let desks = if crowd { dice.usize(12..=40) } else { dice.usize(2..=5) };
        if crowd {
            world.tally.count("run with a crowd of desks");
        }
        for n in 0..desks {
            let town = *dice.choice(&TOWNS).unwrap_or(&TOWNS[0]);
            let (role, region) = match n {
                0 => (Role::Worker, TOWNS[0].to_owned()),
                1 => (Role::Worker, format!("{}001", TOWNS[0])),
                _ => match dice.u8(..) {
                    // One who decides in one township and reads no other.
                    0..30 => (Role::Supervisor, town.to_owned()),
                    30..110 => (Role::Supervisor, COUNTY.to_owned()),
                    _ if dice.bool() => (Role::Worker, format!("{town}00{}", dice.u8(1..4))),
                    _ => (Role::Worker, town.to_owned()),
                },
            };
            world.add_desk(n, role, &region, dice).await?;
        }
        let author = Uuid::from_u128(dice.u128(..));
        let device = world.enrol("old", author, &[7; 32], Role::Worker, TOWNS[0]).await?.0;
        world.old_program = (device, author, Uuid::from_u128(dice.u128(..)), 0);
        Ok(world)
    }

    async fn enrol(
        &self,
        user: &str,
        author: Uuid,
        key_seed: &[u8; 32],
        role: Role,
        region: &str,
    ) -> Result<(Uuid, tiexin_protocol::wire::EnrolReply), Broken> {
        let province = self.province()?;
        province.add_user(user, user).await.map_err(broke("user"))?;
        let grant = Grant { role, region: region.parse().map_err(broke("region"))?, from: None, to: None };
        province.add_grant(user, &grant).await.map_err(broke("grant"))?;
        let code = province.enrol_code(user, 7).await.map_err(broke("code"))?;
        // The token's door is not part of the simulation; packages are signed with it.
        let key = hex::encode(device_key(key_seed).verifying_key().to_bytes());
        let request = EnrolRequest {
            code,
            device: None,
            device_key: key,
            device_name: user.into(),
            author,
            app: "sim".into(),
            person: None,
        };
        let reply = province.enrol(&request).await.map_err(broke("enrol"))?;
        Ok((reply.device, reply))
    }

    async fn add_desk(&mut self, n: usize, role: Role, region: &str, dice: &mut Rng) -> Result<(), Broken> {
        let name = format!("desk{n}");
        let dir = self.dir.path().join(&name);
        let author = Uuid::from_u128(dice.u128(..));
        let first = NewUser {
            id: author,
            name: name.clone(),
            display_name: name.clone(),
            password: SecretString::from(PASSWORD),
        };
        let (book, _) = Book::create(&dir, first, KdfCost::QUICK, BEGIN).map_err(broke("book"))?;
        let key_seed = book.device().map_err(broke("device"))?.key_seed;
        let decides = role == Role::Supervisor;
        let (device, reply) = self.enrol(&name, author, &key_seed, role, region).await?;
        let wish = EnrolWish {
            address: ProvinceAddress::read("https://province.example", None).map_err(broke("address"))?,
            authority: None,
            code: String::new(),
            author,
            device_name: name.clone(),
        };
        joined(&book, &wish, reply).map_err(broke("joined"))?;
        let grants: Vec<RegionCode> = vec![region.parse().map_err(broke("region"))?];
        self.desks.push(Desk {
            user: name.clone(),
            name,
            dir,
            book: Some(book),
            author,
            device,
            ever: grants.iter().map(ToString::to_string).collect(),
            decides: decides.then(|| grants[0].clone()),
            grants,
            clock: AtomicI64::new(0),
            full: false,
            cloned: false,
            copies: Vec::new(),
            witnessed: Vec::new(),
        });
        Ok(())
    }
}

/// Where nothing waits for a disk, when there is such a place: `synchronous=FULL` stays on.
fn scratch() -> PathBuf {
    let memory = Path::new("/dev/shm");
    if memory.is_dir() { memory.to_owned() } else { std::env::temp_dir() }
}
