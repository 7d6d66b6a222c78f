-- A database as the second version left it: a drill under way, and one that is over, scored and corrected.
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
	"key" VARCHAR(64),
	PRIMARY KEY (drill, seq),
	FOREIGN KEY(drill) REFERENCES drills (id)
);
INSERT INTO "commands" VALUES('000000000000',1,-60,'commander:Ana',1000000.0,'{"kind": "take_seat", "seat": "commander", "name": "Ana"}',NULL);
INSERT INTO "commands" VALUES('000000000000',2,40,'commander:Ana',1000100.0,'{"kind": "declare", "severity": "SEV-1", "title": "Zoë’s “drill”", "evidence": []}','key-1');
INSERT INTO "commands" VALUES('000000000000',3,40,'commander:Ana',1000100.0,'{"kind": "take_action", "action": "purge"}','key-2');
INSERT INTO "commands" VALUES('000000000000',4,40,'commander:Ana',1000100.0,'{"kind": "post_message", "channel": "incident", "text": "down; it''s <b>bad</b>", "attached": []}',NULL);
INSERT INTO "commands" VALUES('000000000000',5,70,'facilitator:Flo',1000130.0,'{"kind": "send_ad_hoc", "persona": "Boss", "text": "Well?", "channel": "incident"}',NULL);
INSERT INTO "commands" VALUES('000000000003',1,-60,'comms:Bo',1000130.0,'{"kind": "take_seat", "seat": "comms", "name": "Bo"}',NULL);
INSERT INTO "commands" VALUES('000000000003',2,10,'comms:Bo',1000200.0,'{"kind": "post_message", "channel": "incident", "text": "hello", "attached": []}','key-3');
INSERT INTO "commands" VALUES('000000000003',3,10,'facilitator:Bo',1000200.0,'{"kind": "end_drill", "how": "time"}',NULL);
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
INSERT INTO "drills" VALUES('000000000000','AB29XY',1000000.0,'Cache fills up',1,'hash','{"format":2,"scenario":"toy","variant":"base","difficulty":"standard","seed":7,"mode":"training","policy":null,"scenario_version":"1","engine":"5","automation":true,"playbook":null}',NULL);
INSERT INTO "drills" VALUES('000000000003','CD38WZ',1000130.0,'Cache fills up',0,'hash','{"format":2,"scenario":"toy","variant":"base","difficulty":"standard","seed":8,"mode":"training","policy":null,"scenario_version":"1","engine":"5","automation":true,"playbook":null}',1000200.0);
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
INSERT INTO "records" VALUES('000000000003',1000200.0,'{"format": 2, "scenario": "toy", "variant": "base", "difficulty": "standard", "seed": 8, "mode": "training", "scenario_version": "1", "engine": "5", "automation": true}
{"seq": 1, "at": -1650, "by": "engine", "body": {"kind": "cue_given", "to": ["mitigation"], "cue": "purge_is_safe", "role": "mitigation", "text": "Purging is safe."}}
{"seq": 2, "at": -150, "by": "world", "body": {"kind": "fault_started", "fault": "leak"}}
{"seq": 3, "at": -150, "by": "engine", "body": {"kind": "change_happened", "change": "r2", "service": "web", "summary": "deploy r2", "actor": "bot"}}
{"seq": 4, "at": -90, "by": "world", "body": {"kind": "tolerance_crossed", "segment": "all", "within": false}}
{"seq": 5, "at": -60, "by": "comms:Bo", "body": {"kind": "take_seat", "seat": "comms", "name": "Bo"}}
{"seq": 6, "at": 0, "by": "engine", "body": {"kind": "alert_fired", "alert": "Errors", "severity": "critical", "summary": "errors 132.711", "value": 132.711, "page": "commander"}}
{"seq": 7, "at": 0, "by": "world", "body": {"kind": "truth_sampled", "harm": {"lost": 0.0}, "outside": {"all": 0.15}, "facts": {"flag_on": true, "backlog": 150.0}, "figures": {"backlog": 150.0}}}
{"seq": 8, "at": 0, "by": "engine", "body": {"kind": "page_sent", "role": "commander", "about": "alert:Errors"}}
{"seq": 9, "at": 10, "by": "comms:Bo", "body": {"kind": "post_message", "channel": "incident", "text": "hello", "attached": []}}
{"seq": 10, "at": 10, "by": "facilitator:Bo", "body": {"kind": "end_drill", "how": "time"}}
{"seq": 11, "at": 10, "by": "engine", "body": {"kind": "drill_ended", "how": "time"}}
{"seq": 12, "at": 60, "by": "world", "body": {"kind": "truth_sampled", "harm": {"lost": 182.5}, "outside": {"all": 0.21}, "facts": {"flag_on": true, "backlog": 210.0}, "figures": {"backlog": 210.0}}}
{"seq": 13, "at": 120, "by": "world", "body": {"kind": "truth_sampled", "harm": {"lost": 425.0}, "outside": {"all": 0.27}, "facts": {"flag_on": true, "backlog": 270.0}, "figures": {"backlog": 270.0}}}
{"seq": 14, "at": 180, "by": "world", "body": {"kind": "truth_sampled", "harm": {"lost": 727.5}, "outside": {"all": 0.33}, "facts": {"flag_on": true, "backlog": 330.0}, "figures": {"backlog": 330.0}}}
{"seq": 15, "at": 240, "by": "world", "body": {"kind": "truth_sampled", "harm": {"lost": 1090.0}, "outside": {"all": 0.39}, "facts": {"flag_on": true, "backlog": 390.0}, "figures": {"backlog": 390.0}}}
{"seq": 16, "at": 300, "by": "world", "body": {"kind": "truth_sampled", "harm": {"lost": 1512.5}, "outside": {"all": 0.45}, "facts": {"flag_on": true, "backlog": 450.0}, "figures": {"backlog": 450.0}}}
{"seq": 17, "at": 360, "by": "world", "body": {"kind": "truth_sampled", "harm": {"lost": 1995.0}, "outside": {"all": 0.51}, "facts": {"flag_on": true, "backlog": 510.0}, "figures": {"backlog": 510.0}}}
{"seq": 18, "at": 420, "by": "world", "body": {"kind": "truth_sampled", "harm": {"lost": 2537.5}, "outside": {"all": 0.57}, "facts": {"flag_on": true, "backlog": 570.0}, "figures": {"backlog": 570.0}}}
{"seq": 19, "at": 480, "by": "world", "body": {"kind": "truth_sampled", "harm": {"lost": 3140.0}, "outside": {"all": 0.63}, "facts": {"flag_on": true, "backlog": 630.0}, "figures": {"backlog": 630.0}}}
{"seq": 20, "at": 540, "by": "world", "body": {"kind": "truth_sampled", "harm": {"lost": 3802.5}, "outside": {"all": 0.69}, "facts": {"flag_on": true, "backlog": 690.0}, "figures": {"backlog": 690.0}}}
{"seq": 21, "at": 600, "by": "engine", "body": {"kind": "change_happened", "change": "r3", "service": "web", "summary": "deploy r3", "actor": "bot"}}
{"seq": 22, "at": 600, "by": "world", "body": {"kind": "merge_landed", "merge": "r3", "service": "web", "harmful": true}}
{"seq": 23, "at": 600, "by": "world", "body": {"kind": "knob_turned", "knob": "merged", "value": 1.0, "over": 0, "by": "merge:r3"}}
{"seq": 24, "at": 600, "by": "world", "body": {"kind": "truth_sampled", "harm": {"lost": 4525.0}, "outside": {"all": 0.75}, "facts": {"flag_on": true, "backlog": 750.0}, "figures": {"backlog": 750.0}}}
{"seq": 25, "at": 660, "by": "world", "body": {"kind": "truth_sampled", "harm": {"lost": 5340.0}, "outside": {"all": 0.87}, "facts": {"flag_on": true, "backlog": 870.0}, "figures": {"backlog": 870.0}}}
{"seq": 26, "at": 720, "by": "world", "body": {"kind": "truth_sampled", "harm": {"lost": 6275.0}, "outside": {"all": 0.99}, "facts": {"flag_on": true, "backlog": 990.0}, "figures": {"backlog": 990.0}}}
{"seq": 27, "at": 780, "by": "world", "body": {"kind": "truth_sampled", "harm": {"lost": 7330.0}, "outside": {"all": 1.0}, "facts": {"flag_on": true, "backlog": 1110.0}, "figures": {"backlog": 1110.0}}}
{"seq": 28, "at": 840, "by": "world", "body": {"kind": "truth_sampled", "harm": {"lost": 8505.0}, "outside": {"all": 1.0}, "facts": {"flag_on": true, "backlog": 1230.0}, "figures": {"backlog": 1230.0}}}
{"seq": 29, "at": 900, "by": "world", "body": {"kind": "truth_sampled", "harm": {"lost": 9800.0}, "outside": {"all": 1.0}, "facts": {"flag_on": true, "backlog": 1350.0}, "figures": {"backlog": 1350.0}}}
{"seq": 30, "at": 960, "by": "world", "body": {"kind": "truth_sampled", "harm": {"lost": 11215.0}, "outside": {"all": 1.0}, "facts": {"flag_on": true, "backlog": 1470.0}, "figures": {"backlog": 1470.0}}}
{"seq": 31, "at": 1020, "by": "world", "body": {"kind": "truth_sampled", "harm": {"lost": 12750.0}, "outside": {"all": 1.0}, "facts": {"flag_on": true, "backlog": 1590.0}, "figures": {"backlog": 1590.0}}}
{"seq": 32, "at": 1080, "by": "world", "body": {"kind": "truth_sampled", "harm": {"lost": 14405.0}, "outside": {"all": 1.0}, "facts": {"flag_on": true, "backlog": 1710.0}, "figures": {"backlog": 1710.0}}}
{"seq": 33, "at": 1140, "by": "world", "body": {"kind": "truth_sampled", "harm": {"lost": 16180.0}, "outside": {"all": 1.0}, "facts": {"flag_on": true, "backlog": 1830.0}, "figures": {"backlog": 1830.0}}}
{"seq": 34, "at": 1200, "by": "world", "body": {"kind": "truth_sampled", "harm": {"lost": 18075.0}, "outside": {"all": 1.0}, "facts": {"flag_on": true, "backlog": 1950.0}, "figures": {"backlog": 1950.0}}}
{"seq": 35, "at": 1260, "by": "world", "body": {"kind": "truth_sampled", "harm": {"lost": 20090.0}, "outside": {"all": 1.0}, "facts": {"flag_on": true, "backlog": 2070.0}, "figures": {"backlog": 2070.0}}}
{"seq": 36, "at": 1320, "by": "world", "body": {"kind": "truth_sampled", "harm": {"lost": 22225.0}, "outside": {"all": 1.0}, "facts": {"flag_on": true, "backlog": 2190.0}, "figures": {"backlog": 2190.0}}}
{"seq": 37, "at": 1380, "by": "world", "body": {"kind": "truth_sampled", "harm": {"lost": 24480.0}, "outside": {"all": 1.0}, "facts": {"flag_on": true, "backlog": 2310.0}, "figures": {"backlog": 2310.0}}}
{"seq": 38, "at": 1440, "by": "world", "body": {"kind": "truth_sampled", "harm": {"lost": 26855.0}, "outside": {"all": 1.0}, "facts": {"flag_on": true, "backlog": 2430.0}, "figures": {"backlog": 2430.0}}}
{"seq": 39, "at": 1500, "by": "world", "body": {"kind": "truth_sampled", "harm": {"lost": 29350.0}, "outside": {"all": 1.0}, "facts": {"flag_on": true, "backlog": 2550.0}, "figures": {"backlog": 2550.0}}}
{"seq": 40, "at": 1560, "by": "world", "body": {"kind": "truth_sampled", "harm": {"lost": 31965.0}, "outside": {"all": 1.0}, "facts": {"flag_on": true, "backlog": 2670.0}, "figures": {"backlog": 2670.0}}}
{"seq": 41, "at": 1620, "by": "world", "body": {"kind": "truth_sampled", "harm": {"lost": 34700.0}, "outside": {"all": 1.0}, "facts": {"flag_on": true, "backlog": 2790.0}, "figures": {"backlog": 2790.0}}}
{"seq": 42, "at": 1680, "by": "world", "body": {"kind": "truth_sampled", "harm": {"lost": 37555.0}, "outside": {"all": 1.0}, "facts": {"flag_on": true, "backlog": 2910.0}, "figures": {"backlog": 2910.0}}}
{"seq": 43, "at": 1740, "by": "world", "body": {"kind": "truth_sampled", "harm": {"lost": 40530.0}, "outside": {"all": 1.0}, "facts": {"flag_on": true, "backlog": 3030.0}, "figures": {"backlog": 3030.0}}}
{"seq": 44, "at": 1800, "by": "world", "body": {"kind": "truth_sampled", "harm": {"lost": 43625.0}, "outside": {"all": 1.0}, "facts": {"flag_on": true, "backlog": 3150.0}, "figures": {"backlog": 3150.0}}}
{"seq": 45, "at": 1800, "by": "world", "body": {"kind": "horizon_reached"}}
','{"null": {"harm": 1}}',8168);
CREATE TABLE schema_version (
	version INTEGER NOT NULL,
	PRIMARY KEY (version)
);
INSERT INTO "schema_version" VALUES(2);
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
CREATE UNIQUE INDEX commands_key ON commands (drill, "key");
CREATE INDEX ix_participants_drill ON participants (drill);
