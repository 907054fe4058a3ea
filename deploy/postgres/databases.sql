-- Run once, by psql, when docker-compose.yml makes the server's data: one database for each process with a role that owns
-- it, by which migrations are made, and a role for the process, to which the migrations give the rows of its tables and
-- nothing else. No role can enter another's database. A password that is changed later is changed by `alter role`.
\getenv gateway_password GATEWAY_DB_PASSWORD
\getenv identity_password IDENTITY_DB_PASSWORD
\getenv ordering_password ORDERING_DB_PASSWORD
\getenv gateway_runtime_password GATEWAY_RUNTIME_DB_PASSWORD
\getenv identity_runtime_password IDENTITY_RUNTIME_DB_PASSWORD
\getenv ordering_runtime_password ORDERING_RUNTIME_DB_PASSWORD
create role gateway login password :'gateway_password';
create role identity login password :'identity_password';
create role ordering login password :'ordering_password';
create role gateway_runtime login password :'gateway_runtime_password';
create role identity_runtime login password :'identity_runtime_password';
create role ordering_runtime login password :'ordering_runtime_password';
create database gateway owner gateway;
create database identity owner identity;
create database ordering owner ordering;
revoke all on database gateway, identity, ordering from public;
grant connect on database gateway to gateway_runtime;
grant connect on database identity to identity_runtime;
grant connect on database ordering to ordering_runtime;
