-- Run once, by psql, when docker-compose.yml makes the server's data: one database for each process, each with a role
-- that owns it and cannot enter the others. A password that is changed later is changed by `alter role`.
\getenv gateway_password GATEWAY_DB_PASSWORD
\getenv identity_password IDENTITY_DB_PASSWORD
\getenv ordering_password ORDERING_DB_PASSWORD
create role gateway login password :'gateway_password';
create role identity login password :'identity_password';
create role ordering login password :'ordering_password';
create database gateway owner gateway;
create database identity owner identity;
create database ordering owner ordering;
revoke all on database gateway, identity, ordering from public;
