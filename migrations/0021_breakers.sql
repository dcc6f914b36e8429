-- Each process judges by the calls that it heard of; what they share is whether a breaker is open.
ALTER TABLE breakers DROP COLUMN failures;
