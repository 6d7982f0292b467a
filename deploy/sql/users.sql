-- Roles and users, once for each database, by the server's Entra administrator:
--   sqlcmd -S SERVER.database.windows.net -d timetracker -G -I -b -v MIGRATOR="…" SERVICE="…" -i users.sql
-- MIGRATOR and SERVICE are the names of the managed identities of `timetracker migrate`, and of all else.
-- It may be run again.
IF DATABASE_PRINCIPAL_ID('timetracker_migrator') IS NULL CREATE ROLE timetracker_migrator;
IF DATABASE_PRINCIPAL_ID('timetracker_service') IS NULL CREATE ROLE timetracker_service;
GO
-- Whoever migrates makes and changes tables, and gives the service its rights.
GRANT CREATE TABLE TO timetracker_migrator;
GRANT CONTROL ON SCHEMA::dbo TO timetracker_migrator;
GO
IF DATABASE_PRINCIPAL_ID('$(MIGRATOR)') IS NULL CREATE USER [$(MIGRATOR)] FROM EXTERNAL PROVIDER;
IF DATABASE_PRINCIPAL_ID('$(SERVICE)') IS NULL CREATE USER [$(SERVICE)] FROM EXTERNAL PROVIDER;
GO
ALTER ROLE timetracker_migrator ADD MEMBER [$(MIGRATOR)];
ALTER ROLE timetracker_service ADD MEMBER [$(SERVICE)];
GO
