-- A database as the first version left it: a drill under way, and one whose process was killed while it ended.
CREATE TABLE clock (
	drill VARCHAR(16) NOT NULL,
	seq INTEGER NOT NULL,
	wall FLOAT NOT NULL,
	what VARCHAR(12) NOT NULL,
	value FLOAT,
	"by" TEXT NOT NULL,
	PRIMARY KEY (drill, seq),
	FOREIGN KEY(drill) REFERENCES drills (id)
);
INSERT INTO "clock" VALUES('000000000000',1,1000000.0,'start',NULL,'facilitator:Flo');
INSERT INTO "clock" VALUES('000000000003',1,1000130.0,'start',NULL,'comms:Bo');
INSERT INTO "clock" VALUES('000000000003',2,1000200.0,'stop',NULL,'comms:Bo');
CREATE TABLE commands (
	drill VARCHAR(16) NOT NULL,
	seq INTEGER NOT NULL,
	at INTEGER NOT NULL,
	"by" TEXT NOT NULL,
	wall FLOAT NOT NULL,
	body TEXT NOT NULL,
	PRIMARY KEY (drill, seq),
	FOREIGN KEY(drill) REFERENCES drills (id)
);
INSERT INTO "commands" VALUES('000000000000',1,-60,'commander:Ana',1000000.0,'{"kind": "take_seat", "seat": "commander", "name": "Ana"}');
INSERT INTO "commands" VALUES('000000000000',2,40,'commander:Ana',1000100.0,'{"kind": "declare", "severity": "SEV-1", "title": "Zoë’s “drill”", "evidence": []}');
INSERT INTO "commands" VALUES('000000000000',3,40,'commander:Ana',1000100.0,'{"kind": "take_action", "action": "purge"}');
INSERT INTO "commands" VALUES('000000000000',4,40,'commander:Ana',1000100.0,'{"kind": "post_message", "channel": "incident", "text": "down; it''s <b>bad</b>"}');
INSERT INTO "commands" VALUES('000000000000',5,70,'facilitator:Flo',1000130.0,'{"kind": "send_ad_hoc", "persona": "Boss", "text": "Well?", "channel": "incident"}');
INSERT INTO "commands" VALUES('000000000003',1,-60,'comms:Bo',1000130.0,'{"kind": "take_seat", "seat": "comms", "name": "Bo"}');
INSERT INTO "commands" VALUES('000000000003',2,10,'comms:Bo',1000200.0,'{"kind": "post_message", "channel": "incident", "text": "hello"}');
INSERT INTO "commands" VALUES('000000000003',3,10,'facilitator:Bo',1000200.0,'{"kind": "end_drill", "how": "stopped"}');
CREATE TABLE drills (
	id VARCHAR(16) NOT NULL,
	code VARCHAR(12) NOT NULL,
	created FLOAT NOT NULL,
	title TEXT NOT NULL,
	hosted BOOLEAN NOT NULL,
	key_hash VARCHAR(64) NOT NULL,
	header TEXT NOT NULL,
	ended FLOAT,
	PRIMARY KEY (id),
	UNIQUE (code)
);
INSERT INTO "drills" VALUES('000000000000','AB29XY',1000000.0,'Cache fills up',1,'hash','{"format":1,"scenario":"toy","variant":"base","difficulty":"standard","seed":7,"mode":"training","policy":null,"digest":"toy","engine":"3","automation":true}',NULL);
INSERT INTO "drills" VALUES('000000000003','CD38WZ',1000130.0,'Cache fills up',0,'hash','{"format":1,"scenario":"toy","variant":"base","difficulty":"standard","seed":8,"mode":"training","policy":null,"digest":"toy","engine":"3","automation":true}',NULL);
CREATE TABLE overrides (
	drill VARCHAR(16) NOT NULL,
	n INTEGER NOT NULL,
	made FLOAT NOT NULL,
	author TEXT NOT NULL,
	body TEXT NOT NULL,
	PRIMARY KEY (drill, n),
	FOREIGN KEY(drill) REFERENCES drills (id)
);
INSERT INTO "overrides" VALUES('000000000003',1,1000200.0,'facilitator:Flo','{"id": "B1a", "reason": "a"}');
CREATE TABLE participants (
	id VARCHAR(32) NOT NULL,
	drill VARCHAR(16) NOT NULL,
	name TEXT NOT NULL,
	seat VARCHAR(80),
	facilitator BOOLEAN NOT NULL,
	joined FLOAT NOT NULL,
	PRIMARY KEY (id),
	FOREIGN KEY(drill) REFERENCES drills (id)
);
INSERT INTO "participants" VALUES('0000000000000001','000000000000','Ana','commander',0,1000000.0);
INSERT INTO "participants" VALUES('0000000000000002','000000000000','Flo',NULL,1,1000000.0);
INSERT INTO "participants" VALUES('0000000000000004','000000000003','Bo','comms',0,1000130.0);
CREATE TABLE records (
	drill VARCHAR(16) NOT NULL,
	frozen FLOAT NOT NULL,
	journal TEXT NOT NULL,
	"references" TEXT,
	bytes BIGINT NOT NULL,
	PRIMARY KEY (drill),
	FOREIGN KEY(drill) REFERENCES drills (id)
);
INSERT INTO "records" VALUES('000000000003',1000200.0,'{"format": 1, "scenario": "toy", "variant": "base", "difficulty": "standard", "seed": 8, "mode": "training", "digest": "toy", "engine": "3", "automation": true}
{"seq": 1, "at": -1650, "by": "engine", "body": {"kind": "cue_given", "to": ["mitigation"], "cue": "purge_is_safe", "role": "mitigation", "text": "Purging is safe."}}
{"seq": 2, "at": -150, "by": "world", "body": {"kind": "fault_started", "fault": "leak"}}
{"seq": 3, "at": -150, "by": "engine", "body": {"kind": "change_happened", "change": "r2", "service": "web", "summary": "deploy r2", "actor": "bot"}}
{"seq": 4, "at": -90, "by": "world", "body": {"kind": "tolerance_crossed", "segment": "all", "within": false}}
{"seq": 5, "at": -60, "by": "comms:Bo", "body": {"kind": "take_seat", "seat": "comms", "name": "Bo"}}
{"seq": 6, "at": 0, "by": "engine", "body": {"kind": "alert_fired", "alert": "Errors", "severity": "critical", "summary": "errors 132.711", "value": 132.711, "page": "commander"}}
{"seq": 7, "at": 0, "by": "world", "body": {"kind": "truth_sampled", "harm": {"lost": 0.0}, "outside": {"all": 0.15}, "facts": {"flag_on": true, "backlog": 150.0}, "figures": {"backlog": 150.0}}}
{"seq": 8, "at": 0, "by": "engine", "body": {"kind": "page_sent", "role": "commander", "about": "alert:Errors"}}
{"seq": 9, "at": 10, "by": "comms:Bo", "body": {"kind": "post_message", "channel": "incident", "text": "hello"}}
{"seq": 10, "at": 10, "by": "facilitator:Bo", "body": {"kind": "end_drill", "how": "stopped"}}
{"seq": 11, "at": 10, "by": "engine", "body": {"kind": "drill_ended", "how": "stopped"}}
{"seq": 12, "at": 1800, "by": "world", "body": {"kind": "horizon_reached"}}
',NULL,1350);
CREATE TABLE schema_version (
	version INTEGER NOT NULL,
	PRIMARY KEY (version)
);
INSERT INTO "schema_version" VALUES(1);
CREATE TABLE scorecards (
	drill VARCHAR(16) NOT NULL,
	playbook VARCHAR(80) NOT NULL,
	made FLOAT NOT NULL,
	body TEXT NOT NULL,
	PRIMARY KEY (drill, playbook),
	FOREIGN KEY(drill) REFERENCES drills (id)
);
INSERT INTO "scorecards" VALUES('000000000003','recovery',1000200.0,'{"total": 1}');
CREATE TABLE settings (
	name VARCHAR(40) NOT NULL,
	value TEXT NOT NULL,
	PRIMARY KEY (name)
);
INSERT INTO "settings" VALUES('token-secret','00');
CREATE INDEX ix_participants_drill ON participants (drill);
