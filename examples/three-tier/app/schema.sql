-- To be run once, as `owner`: the user that the application connects as may use one table, and has no password.
CREATE TABLE guests (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL);
CREATE USER guestbook;
GRANT rds_iam TO guestbook;
GRANT SELECT, INSERT ON guests TO guestbook;
