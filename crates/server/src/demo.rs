//! A demonstration county: its people, their rights and a code for each. Never part of a real province.

use serde::Serialize;
use tiexin_domain::RegionCode;
use tiexin_domain::access::{Grant, Role};

use crate::error::{Error, Refused, Result};
use crate::province::{CODE_DAYS, Province};

/// Name, name on the screen, role, region.
const PEOPLE: [(&str, &str, Role, &str); 3] = [
    ("guyang", "谷阳镇专干（演示）", Role::Worker, "340323100"),
    ("liuji", "刘集镇专干（演示）", Role::Worker, "340323104"),
    ("county", "固镇县审核人（演示）", Role::Supervisor, "340323"),
];

/// A user of the demonstration, with a fresh code.
#[derive(Debug, Clone, Serialize)]
pub struct DemoUser {
    pub name: String,
    pub display_name: String,
    pub role: Role,
    pub region: RegionCode,
    pub code: String,
}

impl Province {
    /// Makes the demonstration's users where they are missing. Every call gives fresh codes.
    pub async fn demo(&self) -> Result<Vec<DemoUser>> {
        let mut people = Vec::new();
        for (name, display_name, role, region) in PEOPLE {
            let region = RegionCode::new(region).map_err(|e| Error::Config(e.to_string()))?;
            match self.add_user(name, display_name).await {
                Ok(_) => {
                    let grant = Grant { role: role.clone(), region: region.clone(), from: None, to: None };
                    self.add_grant(name, &grant).await?;
                }
                Err(Error::Refused(Refused::NameTaken)) => {}
                Err(e) => return Err(e),
            }
            let code = self.enrol_code(name, CODE_DAYS).await?;
            people.push(DemoUser {
                name: name.into(),
                display_name: display_name.into(),
                role,
                region,
                code,
            });
        }
        Ok(people)
    }
}
