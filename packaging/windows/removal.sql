INSERT INTO `CustomAction` (`Action`, `Type`, `Source`, `Target`) VALUES ('VersionsGone', 3170, 'ProgramFiles64Folder', '"[System64Folder]cmd.exe" /d /c if exist "[INSTALLDIR]versions\apply.lock" rmdir /s /q "[INSTALLDIR]versions"')
INSERT INTO `InstallExecuteSequence` (`Action`, `Condition`, `Sequence`) VALUES ('VersionsGone', 'REMOVE="ALL" AND NOT UPGRADINGPRODUCTCODE', 3499)
