BEGIN TRANSACTION;
CREATE TABLE actions (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	kind VARCHAR(32) NOT NULL, 
	version INTEGER NOT NULL, 
	resource_type VARCHAR(16) NOT NULL, 
	resource_id INTEGER NOT NULL, 
	region VARCHAR(16) NOT NULL, 
	params JSON NOT NULL, 
	outputs JSON NOT NULL, 
	state VARCHAR(16) NOT NULL, 
	step VARCHAR(32) NOT NULL, 
	progress INTEGER NOT NULL, 
	message TEXT NOT NULL, 
	error TEXT NOT NULL, 
	generation INTEGER NOT NULL, 
	cancel_requested BOOLEAN NOT NULL, 
	started_at DATETIME NOT NULL, 
	completed_at DATETIME
);
INSERT INTO "actions" VALUES(8,'create',1,'droplet',4,'nyc3','{"layers": [8], "layer": 8, "volume": 4, "image": 4}','{}','errored','',90,'','injected at create.record_active.act.before',1,0,'2026-11-24 20:43:35.758788','2026-11-24 20:43:35.804524');
INSERT INTO "actions" VALUES(11,'create',1,'droplet',6,'nyc3','{"layers": [11], "layer": 11, "volume": 6, "image": 5}','{}','running','',0,'','',1,0,'2026-11-24 20:43:35.985030',NULL);
INSERT INTO "actions" VALUES(14,'create',1,'droplet',8,'nyc3','{"layers": [14], "layer": 14, "volume": 8, "image": 6}','{}','running','reserve_room',9,'','',1,0,'2026-11-24 20:43:36.092177',NULL);
INSERT INTO "actions" VALUES(17,'create',1,'droplet',10,'nyc3','{"layers": [17], "layer": 17, "volume": 10, "image": 7}','{}','running','create_volume',18,'','',1,0,'2026-11-24 20:43:36.388392',NULL);
INSERT INTO "actions" VALUES(20,'create',1,'droplet',12,'nyc3','{"layers": [20], "layer": 20, "volume": 12, "image": 8}','{}','running','allocate_address',27,'','',1,0,'2026-11-24 20:43:36.588032',NULL);
INSERT INTO "actions" VALUES(23,'create',1,'droplet',14,'nyc3','{"layers": [23], "layer": 23, "volume": 14, "image": 9}','{}','running','choose_password',41,'Starting the guest','',1,0,'2026-11-24 20:43:36.838302',NULL);
INSERT INTO "actions" VALUES(26,'create',1,'droplet',16,'nyc3','{"layers": [26], "layer": 26, "volume": 16, "image": 10}','{}','running','start',90,'Starting the guest','',1,0,'2026-11-24 20:43:37.212503',NULL);
INSERT INTO "actions" VALUES(29,'create',1,'droplet',18,'nyc3','{"layers": [29], "layer": 29, "volume": 18, "image": 11}','{}','unwinding','start',90,'Starting the guest','injected at create.record_active.act.before',1,0,'2026-11-24 20:43:37.359293',NULL);
INSERT INTO "actions" VALUES(32,'create',1,'droplet',20,'nyc3','{"layers": [32], "layer": 32, "volume": 20, "image": 12}','{}','unwinding','allocate_address',90,'Starting the guest','injected at create.record_active.act.before',1,0,'2026-11-24 20:43:37.533661',NULL);
INSERT INTO "actions" VALUES(35,'create',1,'droplet',22,'nyc3','{"layers": [35], "layer": 35, "volume": 22, "image": 13}','{}','unwinding','create_volume',90,'Starting the guest','injected at create.record_active.act.before',1,0,'2026-11-24 20:43:38.040920',NULL);
INSERT INTO "actions" VALUES(38,'create',1,'droplet',24,'nyc3','{"layers": [38], "layer": 38, "volume": 24, "image": 14}','{}','unwinding','reserve_room',90,'Starting the guest','injected at create.record_active.act.before',1,0,'2026-11-24 20:43:38.338681',NULL);
INSERT INTO "actions" VALUES(41,'create',1,'droplet',26,'nyc3','{"layers": [41], "layer": 41, "volume": 26, "image": 15}','{}','errored','',90,'','injected at create.record_active.act.before',1,0,'2026-11-24 20:43:38.472779','2026-11-24 20:43:38.514375');
INSERT INTO "actions" VALUES(50,'destroy',1,'droplet',29,'nyc3','{}','{}','running','',0,'','',1,0,'2026-11-24 20:43:39.356241',NULL);
INSERT INTO "actions" VALUES(53,'destroy',1,'droplet',30,'nyc3','{}','{}','running','settle_open_action',16,'','',1,0,'2026-11-24 20:43:39.836985',NULL);
INSERT INTO "actions" VALUES(56,'destroy',1,'droplet',31,'nyc3','{}','{}','running','stop',66,'','',1,0,'2026-11-24 20:43:39.989335',NULL);
INSERT INTO "actions" VALUES(59,'destroy',1,'droplet',32,'nyc3','{}','{}','running','delete_volume',83,'','',1,0,'2026-11-24 20:43:40.111117',NULL);
INSERT INTO "actions" VALUES(62,'destroy',1,'droplet',33,'nyc3','{}','{"stuck_while": "running"}','stuck','delete_volume',83,'','injected at destroy.free_address.act.before',1,0,'2026-11-24 20:43:40.375349','2026-11-24 20:43:41.330159');
INSERT INTO "actions" VALUES(68,'snapshot',1,'droplet',35,'nyc3','{"layers": [61], "successor": 61, "sealed": 60, "volume": 35, "image": 26}','{}','errored','',25,'','injected at snapshot.switch_disk.act.before',1,0,'2026-11-24 20:43:42.281223','2026-11-24 20:43:42.318345');
INSERT INTO "actions" VALUES(71,'snapshot',1,'droplet',36,'nyc3','{"layers": [64], "successor": 64, "sealed": 63, "volume": 36, "image": 28}','{}','running','',0,'','',1,0,'2026-11-24 20:43:42.826939',NULL);
INSERT INTO "actions" VALUES(74,'snapshot',1,'droplet',37,'nyc3','{"layers": [67], "successor": 67, "sealed": 66, "volume": 37, "image": 30}','{}','running','prepare_successor',30,'Switching to a new Layer','',1,0,'2026-11-24 20:43:43.406069',NULL);
INSERT INTO "actions" VALUES(77,'snapshot',1,'droplet',38,'nyc3','{"layers": [70], "successor": 70, "sealed": 69, "volume": 38, "image": 32}','{"consistency": "frozen", "taken_at": "2026-11-24T20:43:43.587085+00:00"}','running','switch_disk',75,'Switching to a new Layer','',1,0,'2026-11-24 20:43:43.575643',NULL);
INSERT INTO "actions" VALUES(80,'snapshot',1,'droplet',39,'nyc3','{"layers": [73], "successor": 73, "sealed": 72, "volume": 39, "image": 34}','{}','unwinding','prepare_successor',25,'','injected at snapshot.switch_disk.act.before',1,0,'2026-11-24 20:43:43.893597',NULL);
INSERT INTO "actions" VALUES(83,'snapshot',1,'droplet',40,'nyc3','{"layers": [76], "successor": 76, "sealed": 75, "volume": 40, "image": 36}','{"consistency": "frozen", "taken_at": "2026-11-24T20:43:44.107542+00:00", "stuck_while": "running"}','stuck','switch_disk',75,'','injected at snapshot.record_snapshot.act.before',1,0,'2026-11-24 20:43:44.065011','2026-11-24 20:43:44.620251');
INSERT INTO "actions" VALUES(91,'snapshot',1,'droplet',42,'nyc3','{"layers": [82], "successor": 82, "sealed": 81, "volume": 42, "image": 40}','{}','errored','',25,'','injected at snapshot.switch_disk.act.before',1,0,'2026-11-24 20:43:45.401651','2026-11-24 20:43:45.415736');
INSERT INTO "actions" VALUES(95,'snapshot',1,'droplet',43,'nyc3','{"layers": [85], "successor": 85, "sealed": 84, "volume": 43, "image": 42}','{}','running','',0,'','',1,0,'2026-11-24 20:43:45.521553',NULL);
INSERT INTO "actions" VALUES(99,'snapshot',1,'droplet',44,'nyc3','{"layers": [88], "successor": 88, "sealed": 87, "volume": 44, "image": 44}','{}','running','prepare_successor',30,'Switching to a new Layer','',1,0,'2026-11-24 20:43:45.643470',NULL);
INSERT INTO "actions" VALUES(103,'snapshot',1,'droplet',45,'nyc3','{"layers": [91], "successor": 91, "sealed": 90, "volume": 45, "image": 46}','{"consistency": "off", "taken_at": "2026-11-24T20:43:45.806218+00:00"}','running','switch_disk',75,'Switching to a new Layer','',1,0,'2026-11-24 20:43:45.782447',NULL);
INSERT INTO "actions" VALUES(107,'snapshot',1,'droplet',46,'nyc3','{"layers": [94], "successor": 94, "sealed": 93, "volume": 46, "image": 48}','{}','unwinding','prepare_successor',25,'','injected at snapshot.switch_disk.act.before',1,0,'2026-11-24 20:43:45.920701',NULL);
INSERT INTO "actions" VALUES(111,'snapshot',1,'droplet',47,'nyc3','{"layers": [97], "successor": 97, "sealed": 96, "volume": 47, "image": 50}','{"consistency": "off", "taken_at": "2026-11-24T20:43:46.537313+00:00", "stuck_while": "running"}','stuck','switch_disk',75,'','injected at snapshot.record_snapshot.act.before',1,0,'2026-11-24 20:43:46.448281','2026-11-24 20:43:47.454065');
INSERT INTO "actions" VALUES(117,'snapshot',1,'droplet',49,'nyc3','{"layers": [103], "successor": 103, "sealed": 102, "volume": 49, "image": 54}','{}','errored','',25,'','injected at snapshot.switch_disk.act.before',1,0,'2026-11-24 20:43:48.608203','2026-11-24 20:43:48.643308');
INSERT INTO "actions" VALUES(120,'snapshot',1,'droplet',50,'nyc3','{"layers": [106], "successor": 106, "sealed": 105, "volume": 50, "image": 56}','{}','running','',0,'','',1,0,'2026-11-24 20:43:48.831392',NULL);
INSERT INTO "actions" VALUES(123,'snapshot',1,'droplet',51,'nyc3','{"layers": [109], "successor": 109, "sealed": 108, "volume": 51, "image": 58}','{}','running','prepare_successor',30,'Switching to a new Layer','',1,0,'2026-11-24 20:43:49.113617',NULL);
INSERT INTO "actions" VALUES(126,'snapshot',1,'droplet',52,'nyc3','{"layers": [112], "successor": 112, "sealed": 111, "volume": 52, "image": 60}','{"consistency": "off", "taken_at": "2026-11-24T20:43:50.686432+00:00"}','running','switch_disk',75,'Switching to a new Layer','',1,0,'2026-11-24 20:43:49.972865',NULL);
INSERT INTO "actions" VALUES(129,'snapshot',1,'droplet',53,'nyc3','{"layers": [115], "successor": 115, "sealed": 114, "volume": 53, "image": 62}','{}','unwinding','prepare_successor',25,'','injected at snapshot.switch_disk.act.before',1,0,'2026-11-24 20:43:50.799331',NULL);
INSERT INTO "actions" VALUES(132,'snapshot',1,'droplet',54,'nyc3','{"layers": [118], "successor": 118, "sealed": 117, "volume": 54, "image": 64}','{"consistency": "off", "taken_at": "2026-11-24T20:43:51.109530+00:00", "stuck_while": "running"}','stuck','switch_disk',75,'','injected at snapshot.record_snapshot.act.before',1,0,'2026-11-24 20:43:51.091109','2026-11-24 20:43:52.163759');
INSERT INTO "actions" VALUES(138,'restore',1,'droplet',56,'nyc3','{"layers": [124], "layer": 124, "image": 66, "old_volume": 57, "was_on": true}','{}','errored','',50,'','injected at restore.point_droplet.act.before',1,0,'2026-11-24 20:43:53.374527','2026-11-24 20:43:53.617587');
INSERT INTO "actions" VALUES(141,'restore',1,'droplet',57,'nyc3','{"layers": [127], "layer": 127, "image": 67, "old_volume": 58, "was_on": true}','{}','running','',0,'','',1,0,'2026-11-24 20:43:54.419235',NULL);
INSERT INTO "actions" VALUES(144,'restore',1,'droplet',58,'nyc3','{"layers": [130], "layer": 130, "image": 68, "old_volume": 59, "was_on": true}','{}','running','create_volume',14,'Stopping the guest','',1,0,'2026-11-24 20:43:54.596887',NULL);
INSERT INTO "actions" VALUES(147,'restore',1,'droplet',59,'nyc3','{"layers": [133], "layer": 133, "image": 69, "old_volume": 60, "was_on": true}','{}','running','stop',50,'Stopping the guest','',1,0,'2026-11-24 20:43:54.895292',NULL);
INSERT INTO "actions" VALUES(150,'restore',1,'droplet',60,'nyc3','{"layers": [136], "layer": 136, "image": 70, "old_volume": 61, "was_on": true}','{}','running','point_droplet',68,'Starting the guest','',1,0,'2026-11-24 20:43:55.225832',NULL);
INSERT INTO "actions" VALUES(153,'restore',1,'droplet',61,'nyc3','{"layers": [139], "layer": 139, "image": 71, "old_volume": 63, "was_on": true}','{}','unwinding','stop',50,'Stopping the guest','injected at restore.point_droplet.act.before',1,0,'2026-11-24 20:43:55.627011',NULL);
INSERT INTO "actions" VALUES(156,'restore',1,'droplet',62,'nyc3','{"layers": [142], "layer": 142, "image": 72, "old_volume": 64, "was_on": true}','{}','unwinding','create_volume',50,'Stopping the guest','injected at restore.point_droplet.act.before',1,0,'2026-11-24 20:43:56.172331',NULL);
INSERT INTO "actions" VALUES(159,'restore',1,'droplet',63,'nyc3','{"layers": [145], "layer": 145, "image": 73, "old_volume": 65, "was_on": true}','{"stuck_while": "running"}','stuck','point_droplet',60,'','injected at restore.start.act.before',1,0,'2026-11-24 20:43:56.610656','2026-11-24 20:43:57.660863');
INSERT INTO "actions" VALUES(167,'restore',1,'droplet',65,'nyc3','{"layers": [151], "layer": 151, "image": 75, "old_volume": 69, "was_on": false}','{}','errored','',50,'','injected at restore.point_droplet.act.before',1,0,'2026-11-24 20:43:58.173233','2026-11-24 20:43:58.193819');
INSERT INTO "actions" VALUES(171,'restore',1,'droplet',66,'nyc3','{"layers": [154], "layer": 154, "image": 76, "old_volume": 70, "was_on": false}','{}','running','',0,'','',1,0,'2026-11-24 20:43:58.397193',NULL);
INSERT INTO "actions" VALUES(175,'restore',1,'droplet',67,'nyc3','{"layers": [157], "layer": 157, "image": 77, "old_volume": 71, "was_on": false}','{}','running','create_volume',10,'','',1,0,'2026-11-24 20:43:58.547334',NULL);
INSERT INTO "actions" VALUES(179,'restore',1,'droplet',68,'nyc3','{"layers": [160], "layer": 160, "image": 78, "old_volume": 72, "was_on": false}','{}','running','stop',50,'','',1,0,'2026-11-24 20:43:58.700462',NULL);
INSERT INTO "actions" VALUES(183,'restore',1,'droplet',69,'nyc3','{"layers": [163], "layer": 163, "image": 79, "old_volume": 73, "was_on": false}','{}','running','point_droplet',60,'','',1,0,'2026-11-24 20:43:58.947028',NULL);
INSERT INTO "actions" VALUES(187,'restore',1,'droplet',70,'nyc3','{"layers": [166], "layer": 166, "image": 80, "old_volume": 75, "was_on": false}','{}','unwinding','stop',50,'','injected at restore.point_droplet.act.before',1,0,'2026-11-24 20:43:59.163178',NULL);
INSERT INTO "actions" VALUES(191,'restore',1,'droplet',71,'nyc3','{"layers": [169], "layer": 169, "image": 81, "old_volume": 76, "was_on": false}','{}','unwinding','create_volume',50,'','injected at restore.point_droplet.act.before',1,0,'2026-11-24 20:43:59.405303',NULL);
INSERT INTO "actions" VALUES(195,'restore',1,'droplet',72,'nyc3','{"layers": [172], "layer": 172, "image": 82, "old_volume": 77, "was_on": false}','{"stuck_while": "running"}','stuck','point_droplet',60,'','injected at restore.start.act.before',1,0,'2026-11-24 20:43:59.530680','2026-11-24 20:44:00.700102');
INSERT INTO "actions" VALUES(203,'power_on',1,'droplet',74,'nyc3','{}','{}','errored','',0,'','injected at power_on.start.act.before',1,0,'2026-11-24 20:44:01.251647','2026-11-24 20:44:01.259478');
INSERT INTO "actions" VALUES(207,'power_on',1,'droplet',75,'nyc3','{}','{}','running','',10,'Starting the guest','',1,0,'2026-11-24 20:44:02.404430',NULL);
INSERT INTO "actions" VALUES(211,'power_on',1,'droplet',76,'nyc3','{}','{}','unwinding','start',0,'','injected at power_on.start.act.before',1,0,'2026-11-24 20:44:02.548285',NULL);
INSERT INTO "actions" VALUES(215,'power_on',1,'droplet',77,'nyc3','{}','{}','errored','',0,'','injected at power_on.start.act.before',1,0,'2026-11-24 20:44:02.716630','2026-11-24 20:44:02.724424');
INSERT INTO "actions" VALUES(221,'power_off',1,'droplet',79,'nyc3','{}','{}','errored','',0,'','injected at power_off.stop.act.before',1,0,'2026-11-24 20:44:02.960788','2026-11-24 20:44:02.968390');
INSERT INTO "actions" VALUES(224,'power_off',1,'droplet',80,'nyc3','{}','{}','running','',0,'','',1,0,'2026-11-24 20:44:03.161553',NULL);
INSERT INTO "actions" VALUES(227,'power_off',1,'droplet',81,'nyc3','{}','{}','errored','',0,'','injected at power_off.stop.act.before',1,0,'2026-11-24 20:44:03.347583','2026-11-24 20:44:03.355137');
INSERT INTO "actions" VALUES(233,'shutdown',1,'droplet',83,'nyc3','{}','{}','errored','',0,'','injected at shutdown.shut_down.act.before',1,0,'2026-11-24 20:44:03.814787','2026-11-24 20:44:03.822928');
INSERT INTO "actions" VALUES(236,'shutdown',1,'droplet',84,'nyc3','{}','{}','running','',10,'Waiting for the guest to shut down','',1,0,'2026-11-24 20:44:03.929710',NULL);
INSERT INTO "actions" VALUES(239,'shutdown',1,'droplet',85,'nyc3','{}','{}','unwinding','shut_down',0,'','injected at shutdown.shut_down.act.before',1,0,'2026-11-24 20:44:04.232375',NULL);
INSERT INTO "actions" VALUES(242,'shutdown',1,'droplet',86,'nyc3','{}','{}','errored','',0,'','injected at shutdown.shut_down.act.before',1,0,'2026-11-24 20:44:05.022337','2026-11-24 20:44:05.030078');
INSERT INTO "actions" VALUES(248,'reboot',1,'droplet',88,'nyc3','{}','{}','errored','',66,'','injected at reboot.start.act.before',1,0,'2026-11-24 20:44:05.579051','2026-11-24 20:44:05.834651');
INSERT INTO "actions" VALUES(251,'reboot',1,'droplet',89,'nyc3','{}','{}','running','',6,'Waiting for the guest to shut down','',1,0,'2026-11-24 20:44:05.934841',NULL);
INSERT INTO "actions" VALUES(254,'reboot',1,'droplet',90,'nyc3','{}','{}','running','halt',70,'Starting the guest','',1,0,'2026-11-24 20:44:06.232845',NULL);
INSERT INTO "actions" VALUES(257,'reboot',1,'droplet',91,'nyc3','{}','{}','unwinding','start',66,'Waiting for the guest to shut down','injected at reboot.start.act.before',1,0,'2026-11-24 20:44:06.570423',NULL);
INSERT INTO "actions" VALUES(260,'reboot',1,'droplet',92,'nyc3','{}','{}','unwinding','halt',66,'Waiting for the guest to shut down','injected at reboot.start.act.before',1,0,'2026-11-24 20:44:06.905782',NULL);
INSERT INTO "actions" VALUES(263,'reboot',1,'droplet',93,'nyc3','{}','{}','errored','',66,'','injected at reboot.start.act.before',1,0,'2026-11-24 20:44:07.221006','2026-11-24 20:44:07.603585');
INSERT INTO "actions" VALUES(269,'power_cycle',1,'droplet',95,'nyc3','{}','{}','errored','',33,'','injected at power_cycle.start.act.before',1,0,'2026-11-24 20:44:07.986883','2026-11-24 20:44:08.003806');
INSERT INTO "actions" VALUES(272,'power_cycle',1,'droplet',96,'nyc3','{}','{}','running','',0,'','',1,0,'2026-11-24 20:44:08.090857',NULL);
INSERT INTO "actions" VALUES(275,'power_cycle',1,'droplet',97,'nyc3','{}','{}','running','halt',40,'Starting the guest','',1,0,'2026-11-24 20:44:09.098224',NULL);
INSERT INTO "actions" VALUES(278,'power_cycle',1,'droplet',98,'nyc3','{}','{}','unwinding','start',33,'','injected at power_cycle.start.act.before',1,0,'2026-11-24 20:44:09.220848',NULL);
INSERT INTO "actions" VALUES(281,'power_cycle',1,'droplet',99,'nyc3','{}','{}','unwinding','halt',33,'','injected at power_cycle.start.act.before',1,0,'2026-11-24 20:44:09.316085',NULL);
INSERT INTO "actions" VALUES(284,'power_cycle',1,'droplet',100,'nyc3','{}','{}','errored','',33,'','injected at power_cycle.start.act.before',1,0,'2026-11-24 20:44:09.635242','2026-11-24 20:44:09.650215');
INSERT INTO "actions" VALUES(290,'rename',1,'droplet',102,'nyc3','{"name": "renamed"}','{}','errored','',0,'','injected at rename.set_name.act.before',1,0,'2026-11-24 20:44:10.083386','2026-11-24 20:44:10.090814');
INSERT INTO "actions" VALUES(293,'rename',1,'droplet',103,'nyc3','{"name": "renamed"}','{}','running','',0,'','',1,0,'2026-11-24 20:44:10.214887',NULL);
INSERT INTO "actions" VALUES(296,'rename',1,'droplet',104,'nyc3','{"name": "renamed"}','{}','errored','',0,'','injected at rename.set_name.act.before',1,0,'2026-11-24 20:44:10.337482','2026-11-24 20:44:10.345070');
INSERT INTO "actions" VALUES(302,'build_image',1,'image',118,'nyc3','{"layers": [242], "layer": 242, "name": "debian-12"}','{}','errored','',98,'','injected at build_image.record_image.act.before',1,0,'2026-11-24 20:44:10.611426','2026-11-24 20:44:10.632228');
INSERT INTO "actions" VALUES(305,'build_image',1,'image',120,'nyc3','{"layers": [245], "layer": 245, "name": "debian-12"}','{}','running','',47,'Simulating debian-12','',1,0,'2026-11-24 20:44:10.722436',NULL);
INSERT INTO "actions" VALUES(308,'build_image',1,'image',122,'nyc3','{"layers": [248], "layer": 248, "name": "dew-micro"}','{}','running','build_file',94,'Simulating dew-micro','',1,0,'2026-11-24 20:44:11.014673',NULL);
INSERT INTO "actions" VALUES(309,'create',1,'droplet',109,'nyc3','{"layers": [249], "layer": 249, "volume": 115, "image": 1}','{}','completed','record_active',100,'','',1,0,'2026-11-24 20:44:11.045513','2026-11-24 20:44:11.082895');
INSERT INTO "actions" VALUES(310,'snapshot',1,'droplet',109,'nyc3','{"layers": [250], "successor": 250, "sealed": 249, "volume": 115, "image": 123}','{"consistency": "frozen", "taken_at": "2026-11-24T20:44:11.106281+00:00"}','completed','record_snapshot',100,'','',1,0,'2026-11-24 20:44:11.096632','2026-11-24 20:44:11.110799');
INSERT INTO "actions" VALUES(311,'create',1,'droplet',110,'nyc3','{"layers": [251], "layer": 251, "volume": 116, "image": 1}','{}','completed','record_active',100,'','',1,0,'2026-11-24 20:44:11.140518','2026-11-24 20:44:11.169548');
INSERT INTO "actions" VALUES(312,'snapshot',1,'droplet',110,'nyc3','{"layers": [252], "successor": 252, "sealed": 251, "volume": 116, "image": 124}','{"consistency": "frozen", "taken_at": "2026-11-24T20:44:11.191623+00:00"}','completed','record_snapshot',100,'','',1,0,'2026-11-24 20:44:11.182452','2026-11-24 20:44:11.196344');
INSERT INTO "actions" VALUES(313,'create',1,'droplet',111,'nyc3','{"layers": [253], "layer": 253, "volume": 117, "image": 1}','{}','completed','record_active',100,'','',1,0,'2026-11-24 20:44:11.232359','2026-11-24 20:44:11.269293');
INSERT INTO "actions" VALUES(314,'snapshot',1,'droplet',111,'nyc3','{"layers": [254], "successor": 254, "sealed": 253, "volume": 117, "image": 125}','{"consistency": "frozen", "taken_at": "2026-11-24T20:44:11.293857+00:00"}','completed','record_snapshot',100,'','',1,0,'2026-11-24 20:44:11.283456','2026-11-24 20:44:11.298426');
INSERT INTO "actions" VALUES(315,'create',1,'droplet',112,'nyc3','{"layers": [255], "layer": 255, "volume": 118, "image": 1}','{}','completed','record_active',100,'','',1,0,'2026-11-24 20:44:11.336854','2026-11-24 20:44:11.365589');
INSERT INTO "actions" VALUES(316,'snapshot',1,'droplet',112,'nyc3','{"layers": [256], "successor": 256, "sealed": 255, "volume": 118, "image": 126}','{"consistency": "frozen", "taken_at": "2026-11-24T20:44:11.387608+00:00"}','completed','record_snapshot',100,'','',1,0,'2026-11-24 20:44:11.378586','2026-11-24 20:44:11.392204');
INSERT INTO "actions" VALUES(317,'create',1,'droplet',113,'nyc3','{"layers": [257], "layer": 257, "volume": 119, "image": 1}','{}','completed','record_active',100,'','',1,0,'2026-11-24 20:44:11.421395','2026-11-24 20:44:11.451513');
INSERT INTO "actions" VALUES(318,'snapshot',1,'droplet',113,'nyc3','{"layers": [258], "successor": 258, "sealed": 257, "volume": 119, "image": 127}','{"consistency": "frozen", "taken_at": "2026-11-24T20:44:11.526408+00:00"}','completed','record_snapshot',100,'','',1,0,'2026-11-24 20:44:11.513455','2026-11-24 20:44:11.531251');
INSERT INTO "actions" VALUES(319,'delete_image',1,'image',127,'nyc3','{"name": "of 113"}','{}','completed','remove',100,'','',1,0,'2026-11-24 20:44:11.545368','2026-11-24 20:44:11.551037');
INSERT INTO "actions" VALUES(320,'create',1,'droplet',114,'nyc3','{"layers": [259], "layer": 259, "volume": 120, "image": 1}','{}','completed','record_active',100,'','',1,0,'2026-11-24 20:44:11.568570','2026-11-24 20:44:11.647585');
INSERT INTO "actions" VALUES(321,'snapshot',1,'droplet',114,'nyc3','{"layers": [260], "successor": 260, "sealed": 259, "volume": 120, "image": 128}','{"consistency": "frozen", "taken_at": "2026-11-24T20:44:11.696791+00:00"}','completed','record_snapshot',100,'','',1,0,'2026-11-24 20:44:11.663474','2026-11-24 20:44:11.701502');
INSERT INTO "actions" VALUES(322,'delete_image',1,'image',128,'nyc3','{"name": "of 114"}','{}','completed','remove',100,'','',1,0,'2026-11-24 20:44:11.714871','2026-11-24 20:44:11.720282');
INSERT INTO "actions" VALUES(323,'create',1,'droplet',115,'nyc3','{"layers": [261], "layer": 261, "volume": 121, "image": 1}','{}','completed','record_active',100,'','',1,0,'2026-11-24 20:44:11.737538','2026-11-24 20:44:11.766443');
INSERT INTO "actions" VALUES(324,'snapshot',1,'droplet',115,'nyc3','{"layers": [262], "successor": 262, "sealed": 261, "volume": 121, "image": 129}','{"consistency": "frozen", "taken_at": "2026-11-24T20:44:11.790600+00:00"}','completed','record_snapshot',100,'','',1,0,'2026-11-24 20:44:11.781324','2026-11-24 20:44:11.795378');
INSERT INTO "actions" VALUES(325,'delete_image',1,'image',129,'nyc3','{"name": "of 115"}','{}','running','',0,'','',1,0,'2026-11-24 20:44:11.807703',NULL);
INSERT INTO "actions" VALUES(326,'create',1,'droplet',116,'nyc3','{"layers": [263], "layer": 263, "volume": 122, "image": 1}','{}','completed','record_active',100,'','',1,0,'2026-11-24 20:44:11.825423','2026-11-24 20:44:11.852721');
INSERT INTO "actions" VALUES(327,'snapshot',1,'droplet',116,'nyc3','{"layers": [264], "successor": 264, "sealed": 263, "volume": 122, "image": 130}','{"consistency": "frozen", "taken_at": "2026-11-24T20:44:11.876987+00:00"}','completed','record_snapshot',100,'','',1,0,'2026-11-24 20:44:11.867196','2026-11-24 20:44:11.881600');
INSERT INTO "actions" VALUES(328,'delete_image',1,'image',130,'nyc3','{"name": "of 116"}','{"stuck_while": "running"}','stuck','',0,'','injected at delete_image.remove.act.before',1,0,'2026-11-24 20:44:11.893732','2026-11-24 20:44:12.188065');
CREATE TABLE addresses (
	address VARCHAR(45) NOT NULL, 
	droplet_id INTEGER NOT NULL, 
	CONSTRAINT pk_addresses PRIMARY KEY (address), 
	CONSTRAINT fk_addresses_droplet_id FOREIGN KEY(droplet_id) REFERENCES droplets (id), 
	CONSTRAINT uq_addresses_droplet_id UNIQUE (droplet_id)
);
INSERT INTO "addresses" VALUES('127.66.0.2',1);
INSERT INTO "addresses" VALUES('127.66.0.3',2);
INSERT INTO "addresses" VALUES('127.66.0.4',3);
INSERT INTO "addresses" VALUES('127.66.0.6',5);
INSERT INTO "addresses" VALUES('127.66.0.8',7);
INSERT INTO "addresses" VALUES('127.66.0.10',9);
INSERT INTO "addresses" VALUES('127.66.0.12',11);
INSERT INTO "addresses" VALUES('127.66.0.13',12);
INSERT INTO "addresses" VALUES('127.66.0.14',13);
INSERT INTO "addresses" VALUES('127.66.0.15',14);
INSERT INTO "addresses" VALUES('127.66.0.16',15);
INSERT INTO "addresses" VALUES('127.66.0.17',16);
INSERT INTO "addresses" VALUES('127.66.0.18',17);
INSERT INTO "addresses" VALUES('127.66.0.19',18);
INSERT INTO "addresses" VALUES('127.66.0.20',19);
INSERT INTO "addresses" VALUES('127.66.0.21',20);
INSERT INTO "addresses" VALUES('127.66.0.22',21);
INSERT INTO "addresses" VALUES('127.66.0.24',23);
INSERT INTO "addresses" VALUES('127.66.0.26',25);
INSERT INTO "addresses" VALUES('127.66.0.30',29);
INSERT INTO "addresses" VALUES('127.66.0.31',30);
INSERT INTO "addresses" VALUES('127.66.0.32',31);
INSERT INTO "addresses" VALUES('127.66.0.33',32);
INSERT INTO "addresses" VALUES('127.66.0.34',33);
INSERT INTO "addresses" VALUES('127.66.0.35',34);
INSERT INTO "addresses" VALUES('127.66.0.36',35);
INSERT INTO "addresses" VALUES('127.66.0.37',36);
INSERT INTO "addresses" VALUES('127.66.0.38',37);
INSERT INTO "addresses" VALUES('127.66.0.39',38);
INSERT INTO "addresses" VALUES('127.66.0.40',39);
INSERT INTO "addresses" VALUES('127.66.0.41',40);
INSERT INTO "addresses" VALUES('127.66.0.42',41);
INSERT INTO "addresses" VALUES('127.66.0.43',42);
INSERT INTO "addresses" VALUES('127.66.0.44',43);
INSERT INTO "addresses" VALUES('127.66.0.45',44);
INSERT INTO "addresses" VALUES('127.66.0.46',45);
INSERT INTO "addresses" VALUES('127.66.0.47',46);
INSERT INTO "addresses" VALUES('127.66.0.48',47);
INSERT INTO "addresses" VALUES('127.66.0.49',48);
INSERT INTO "addresses" VALUES('127.66.0.50',49);
INSERT INTO "addresses" VALUES('127.66.0.51',50);
INSERT INTO "addresses" VALUES('127.66.0.52',51);
INSERT INTO "addresses" VALUES('127.66.0.53',52);
INSERT INTO "addresses" VALUES('127.66.0.54',53);
INSERT INTO "addresses" VALUES('127.66.0.55',54);
INSERT INTO "addresses" VALUES('127.66.0.56',55);
INSERT INTO "addresses" VALUES('127.66.0.57',56);
INSERT INTO "addresses" VALUES('127.66.0.58',57);
INSERT INTO "addresses" VALUES('127.66.0.59',58);
INSERT INTO "addresses" VALUES('127.66.0.60',59);
INSERT INTO "addresses" VALUES('127.66.0.61',60);
INSERT INTO "addresses" VALUES('127.66.0.62',61);
INSERT INTO "addresses" VALUES('127.66.0.63',62);
INSERT INTO "addresses" VALUES('127.66.0.64',63);
INSERT INTO "addresses" VALUES('127.66.0.65',64);
INSERT INTO "addresses" VALUES('127.66.0.66',65);
INSERT INTO "addresses" VALUES('127.66.0.67',66);
INSERT INTO "addresses" VALUES('127.66.0.68',67);
INSERT INTO "addresses" VALUES('127.66.0.69',68);
INSERT INTO "addresses" VALUES('127.66.0.70',69);
INSERT INTO "addresses" VALUES('127.66.0.71',70);
INSERT INTO "addresses" VALUES('127.66.0.72',71);
INSERT INTO "addresses" VALUES('127.66.0.73',72);
INSERT INTO "addresses" VALUES('127.66.0.74',73);
INSERT INTO "addresses" VALUES('127.66.0.75',74);
INSERT INTO "addresses" VALUES('127.66.0.76',75);
INSERT INTO "addresses" VALUES('127.66.0.77',76);
INSERT INTO "addresses" VALUES('127.66.0.78',77);
INSERT INTO "addresses" VALUES('127.66.0.79',78);
INSERT INTO "addresses" VALUES('127.66.0.80',79);
INSERT INTO "addresses" VALUES('127.66.0.81',80);
INSERT INTO "addresses" VALUES('127.66.0.82',81);
INSERT INTO "addresses" VALUES('127.66.0.83',82);
INSERT INTO "addresses" VALUES('127.66.0.84',83);
INSERT INTO "addresses" VALUES('127.66.0.85',84);
INSERT INTO "addresses" VALUES('127.66.0.86',85);
INSERT INTO "addresses" VALUES('127.66.0.87',86);
INSERT INTO "addresses" VALUES('127.66.0.88',87);
INSERT INTO "addresses" VALUES('127.66.0.89',88);
INSERT INTO "addresses" VALUES('127.66.0.90',89);
INSERT INTO "addresses" VALUES('127.66.0.91',90);
INSERT INTO "addresses" VALUES('127.66.0.92',91);
INSERT INTO "addresses" VALUES('127.66.0.93',92);
INSERT INTO "addresses" VALUES('127.66.0.94',93);
INSERT INTO "addresses" VALUES('127.66.0.95',94);
INSERT INTO "addresses" VALUES('127.66.0.96',95);
INSERT INTO "addresses" VALUES('127.66.0.97',96);
INSERT INTO "addresses" VALUES('127.66.0.98',97);
INSERT INTO "addresses" VALUES('127.66.0.99',98);
INSERT INTO "addresses" VALUES('127.66.0.100',99);
INSERT INTO "addresses" VALUES('127.66.0.101',100);
INSERT INTO "addresses" VALUES('127.66.0.102',101);
INSERT INTO "addresses" VALUES('127.66.0.103',102);
INSERT INTO "addresses" VALUES('127.66.0.104',103);
INSERT INTO "addresses" VALUES('127.66.0.105',104);
INSERT INTO "addresses" VALUES('127.66.0.106',105);
INSERT INTO "addresses" VALUES('127.66.0.107',106);
INSERT INTO "addresses" VALUES('127.66.0.108',107);
INSERT INTO "addresses" VALUES('127.66.0.109',108);
INSERT INTO "addresses" VALUES('127.66.0.110',109);
INSERT INTO "addresses" VALUES('127.66.0.111',110);
INSERT INTO "addresses" VALUES('127.66.0.112',111);
INSERT INTO "addresses" VALUES('127.66.0.113',112);
INSERT INTO "addresses" VALUES('127.66.0.114',113);
INSERT INTO "addresses" VALUES('127.66.0.115',114);
INSERT INTO "addresses" VALUES('127.66.0.116',115);
INSERT INTO "addresses" VALUES('127.66.0.117',116);
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('0001');
CREATE TABLE droplets (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	name VARCHAR(255) NOT NULL, 
	hostname VARCHAR(255) NOT NULL, 
	region VARCHAR(16) NOT NULL, 
	size_slug VARCHAR(64) NOT NULL, 
	vcpus INTEGER NOT NULL, 
	memory_mb INTEGER NOT NULL, 
	disk_gb INTEGER NOT NULL, 
	image_id INTEGER NOT NULL, 
	volume_id INTEGER, 
	desired_power VARCHAR(8) NOT NULL, 
	public_keys JSON NOT NULL, 
	password_hash TEXT, 
	password_once TEXT, 
	user_data TEXT NOT NULL, 
	tags JSON NOT NULL, 
	created_at DATETIME NOT NULL, 
	gone_at DATETIME, 
	CONSTRAINT fk_droplets_volume_id FOREIGN KEY(volume_id) REFERENCES volumes (id)
);
INSERT INTO "droplets" VALUES(1,'new','new','nyc3','s-1vcpu-512mb-10gb',1,512,10,1,1,'on','["ssh-ed25519 AAAA t"]',NULL,NULL,'','[]','2026-11-24 20:43:35.303418',NULL);
INSERT INTO "droplets" VALUES(2,'new','new','nyc3','s-1vcpu-512mb-10gb',1,512,10,3,2,'on','["ssh-ed25519 AAAA t"]',NULL,NULL,'','[]','2026-11-24 20:43:35.377569',NULL);
INSERT INTO "droplets" VALUES(3,'new','new','nyc3','s-1vcpu-512mb-10gb',1,512,10,1,3,'on','["ssh-ed25519 AAAA t"]',NULL,NULL,'','[]','2026-11-24 20:43:35.647053',NULL);
INSERT INTO "droplets" VALUES(4,'new','new','nyc3','s-1vcpu-512mb-10gb',1,512,10,4,NULL,'off','[]',NULL,NULL,'','[]','2026-11-24 20:43:35.757618','2026-11-24 20:43:35.806589');
INSERT INTO "droplets" VALUES(5,'new','new','nyc3','s-1vcpu-512mb-10gb',1,512,10,1,5,'on','["ssh-ed25519 AAAA t"]',NULL,NULL,'','[]','2026-11-24 20:43:35.866099',NULL);
INSERT INTO "droplets" VALUES(6,'new','new','nyc3','s-1vcpu-512mb-10gb',1,512,10,5,6,'off','["ssh-ed25519 AAAA t"]',NULL,NULL,'','[]','2026-11-24 20:43:35.983696',NULL);
INSERT INTO "droplets" VALUES(7,'new','new','nyc3','s-1vcpu-512mb-10gb',1,512,10,1,7,'on','["ssh-ed25519 AAAA t"]',NULL,NULL,'','[]','2026-11-24 20:43:36.006389',NULL);
INSERT INTO "droplets" VALUES(8,'new','new','nyc3','s-1vcpu-512mb-10gb',1,512,10,6,8,'off','["ssh-ed25519 AAAA t"]',NULL,NULL,'','[]','2026-11-24 20:43:36.090845',NULL);
INSERT INTO "droplets" VALUES(9,'new','new','nyc3','s-1vcpu-512mb-10gb',1,512,10,1,9,'on','["ssh-ed25519 AAAA t"]',NULL,NULL,'','[]','2026-11-24 20:43:36.119251',NULL);
INSERT INTO "droplets" VALUES(10,'new','new','nyc3','s-1vcpu-512mb-10gb',1,512,10,7,10,'off','["ssh-ed25519 AAAA t"]',NULL,NULL,'','[]','2026-11-24 20:43:36.379817',NULL);
INSERT INTO "droplets" VALUES(11,'new','new','nyc3','s-1vcpu-512mb-10gb',1,512,10,1,11,'on','["ssh-ed25519 AAAA t"]',NULL,NULL,'','[]','2026-11-24 20:43:36.495885',NULL);
INSERT INTO "droplets" VALUES(12,'new','new','nyc3','s-1vcpu-512mb-10gb',1,512,10,8,12,'off','["ssh-ed25519 AAAA t"]',NULL,NULL,'','[]','2026-11-24 20:43:36.586575',NULL);
INSERT INTO "droplets" VALUES(13,'new','new','nyc3','s-1vcpu-512mb-10gb',1,512,10,1,13,'on','["ssh-ed25519 AAAA t"]',NULL,NULL,'','[]','2026-11-24 20:43:36.643798',NULL);
INSERT INTO "droplets" VALUES(14,'new','new','nyc3','s-1vcpu-512mb-10gb',1,512,10,9,14,'off','["ssh-ed25519 AAAA t"]',NULL,NULL,'','[]','2026-11-24 20:43:36.820663',NULL);
INSERT INTO "droplets" VALUES(15,'new','new','nyc3','s-1vcpu-512mb-10gb',1,512,10,1,15,'on','["ssh-ed25519 AAAA t"]',NULL,NULL,'','[]','2026-11-24 20:43:37.062630',NULL);
INSERT INTO "droplets" VALUES(16,'new','new','nyc3','s-1vcpu-512mb-10gb',1,512,10,10,16,'off','["ssh-ed25519 AAAA t"]',NULL,NULL,'','[]','2026-11-24 20:43:37.211078',NULL);
INSERT INTO "droplets" VALUES(17,'new','new','nyc3','s-1vcpu-512mb-10gb',1,512,10,1,17,'on','["ssh-ed25519 AAAA t"]',NULL,NULL,'','[]','2026-11-24 20:43:37.277861',NULL);
INSERT INTO "droplets" VALUES(18,'new','new','nyc3','s-1vcpu-512mb-10gb',1,512,10,11,18,'off','["ssh-ed25519 AAAA t"]',NULL,NULL,'','[]','2026-11-24 20:43:37.358090',NULL);
INSERT INTO "droplets" VALUES(19,'new','new','nyc3','s-1vcpu-512mb-10gb',1,512,10,1,19,'on','["ssh-ed25519 AAAA t"]',NULL,NULL,'','[]','2026-11-24 20:43:37.437826',NULL);
INSERT INTO "droplets" VALUES(20,'new','new','nyc3','s-1vcpu-512mb-10gb',1,512,10,12,20,'off','["ssh-ed25519 AAAA t"]',NULL,NULL,'','[]','2026-11-24 20:43:37.531812',NULL);
INSERT INTO "droplets" VALUES(21,'new','new','nyc3','s-1vcpu-512mb-10gb',1,512,10,1,21,'on','["ssh-ed25519 AAAA t"]',NULL,NULL,'','[]','2026-11-24 20:43:37.910347',NULL);
INSERT INTO "droplets" VALUES(22,'new','new','nyc3','s-1vcpu-512mb-10gb',1,512,10,13,22,'off','["ssh-ed25519 AAAA t"]',NULL,NULL,'','[]','2026-11-24 20:43:38.036076',NULL);
INSERT INTO "droplets" VALUES(23,'new','new','nyc3','s-1vcpu-512mb-10gb',1,512,10,1,23,'on','["ssh-ed25519 AAAA t"]',NULL,NULL,'','[]','2026-11-24 20:43:38.124178',NULL);
INSERT INTO "droplets" VALUES(24,'new','new','nyc3','s-1vcpu-512mb-10gb',1,512,10,14,24,'off','["ssh-ed25519 AAAA t"]',NULL,NULL,'','[]','2026-11-24 20:43:38.337420',NULL);
INSERT INTO "droplets" VALUES(25,'new','new','nyc3','s-1vcpu-512mb-10gb',1,512,10,1,25,'on','["ssh-ed25519 AAAA t"]',NULL,NULL,'','[]','2026-11-24 20:43:38.394154',NULL);
INSERT INTO "droplets" VALUES(26,'new','new','nyc3','s-1vcpu-512mb-10gb',1,512,10,15,NULL,'off','[]',NULL,NULL,'','[]','2026-11-24 20:43:38.471483','2026-11-24 20:43:38.516276');
INSERT INTO "droplets" VALUES(27,'new','new','nyc3','s-1vcpu-512mb-10gb',1,512,10,1,NULL,'on','[]',NULL,NULL,'','[]','2026-11-24 20:43:38.535077','2026-11-24 20:43:38.625027');
INSERT INTO "droplets" VALUES(28,'new','new','nyc3','s-1vcpu-512mb-10gb',1,512,10,1,NULL,'on','[]',NULL,NULL,'','[]','2026-11-24 20:43:38.666178','2026-11-24 20:43:38.773918');
INSERT INTO "droplets" VALUES(29,'new','new','nyc3','s-1vcpu-512mb-10gb',1,512,10,1,29,'on','[]',NULL,NULL,'','[]','2026-11-24 20:43:38.930443','2026-11-24 20:43:39.348636');
INSERT INTO "droplets" VALUES(30,'new','new','nyc3','s-1vcpu-512mb-10gb',1,512,10,1,30,'on','[]',NULL,NULL,'','[]','2026-11-24 20:43:39.555281','2026-11-24 20:43:39.835615');
INSERT INTO "droplets" VALUES(31,'new','new','nyc3','s-1vcpu-512mb-10gb',1,512,10,1,31,'on','[]',NULL,NULL,'','[]','2026-11-24 20:43:39.889001','2026-11-24 20:43:39.988141');
INSERT INTO "droplets" VALUES(32,'new','new','nyc3','s-1vcpu-512mb-10gb',1,512,10,1,NULL,'on','[]',NULL,NULL,'','[]','2026-11-24 20:43:40.035901','2026-11-24 20:43:40.109966');
INSERT INTO "droplets" VALUES(33,'new','new','nyc3','s-1vcpu-512mb-10gb',1,512,10,1,NULL,'on','[]',NULL,NULL,'','[]','2026-11-24 20:43:40.219526','2026-11-24 20:43:40.374030');
INSERT INTO "droplets" VALUES(34,'new','new','nyc3','s-1vcpu-512mb-10gb',1,512,10,1,34,'on','["ssh-ed25519 AAAA t"]',NULL,NULL,'','[]','2026-11-24 20:43:41.431321',NULL);
INSERT INTO "droplets" VALUES(35,'new','new','nyc3','s-1vcpu-512mb-10gb',1,512,10,1,35,'on','["ssh-ed25519 AAAA t"]',NULL,NULL,'','[]','2026-11-24 20:43:42.172562',NULL);
INSERT INTO "droplets" VALUES(36,'new','new','nyc3','s-1vcpu-512mb-10gb',1,512,10,1,36,'on','["ssh-ed25519 AAAA t"]',NULL,NULL,'','[]','2026-11-24 20:43:42.339605',NULL);
INSERT INTO "droplets" VALUES(37,'new','new','nyc3','s-1vcpu-512mb-10gb',1,512,10,1,37,'on','["ssh-ed25519 AAAA t"]',NULL,NULL,'','[]','2026-11-24 20:43:43.101424',NULL);
INSERT INTO "droplets" VALUES(38,'new','new','nyc3','s-1vcpu-512mb-10gb',1,512,10,1,38,'on','["ssh-ed25519 AAAA t"]',NULL,NULL,'','[]','2026-11-24 20:43:43.433794',NULL);
INSERT INTO "droplets" VALUES(39,'new','new','nyc3','s-1vcpu-512mb-10gb',1,512,10,1,39,'on','["ssh-ed25519 AAAA t"]',NULL,NULL,'','[]','2026-11-24 20:43:43.812665',NULL);
INSERT INTO "droplets" VALUES(40,'new','new','nyc3','s-1vcpu-512mb-10gb',1,512,10,1,40,'on','["ssh-ed25519 AAAA t"]',NULL,NULL,'','[]','2026-11-24 20:43:43.964254',NULL);
INSERT INTO "droplets" VALUES(41,'new','new','nyc3','s-1vcpu-512mb-10gb',1,512,10,1,41,'off','["ssh-ed25519 AAAA t"]',NULL,NULL,'','[]','2026-11-24 20:43:45.132407',NULL);
INSERT INTO "droplets" VALUES(42,'new','new','nyc3','s-1vcpu-512mb-10gb',1,512,10,1,42,'off','["ssh-ed25519 AAAA t"]',NULL,NULL,'','[]','2026-11-24 20:43:45.296764',NULL);
INSERT INTO "droplets" VALUES(43,'new','new','nyc3','s-1vcpu-512mb-10gb',1,512,10,1,43,'off','["ssh-ed25519 AAAA t"]',NULL,NULL,'','[]','2026-11-24 20:43:45.432176',NULL);
INSERT INTO "droplets" VALUES(44,'new','new','nyc3','s-1vcpu-512mb-10gb',1,512,10,1,44,'off','["ssh-ed25519 AAAA t"]',NULL,NULL,'','[]','2026-11-24 20:43:45.539598',NULL);
INSERT INTO "droplets" VALUES(45,'new','new','nyc3','s-1vcpu-512mb-10gb',1,512,10,1,45,'off','["ssh-ed25519 AAAA t"]',NULL,NULL,'','[]','2026-11-24 20:43:45.676052',NULL);
INSERT INTO "droplets" VALUES(46,'new','new','nyc3','s-1vcpu-512mb-10gb',1,512,10,1,46,'off','["ssh-ed25519 AAAA t"]',NULL,NULL,'','[]','2026-11-24 20:43:45.822309',NULL);
INSERT INTO "droplets" VALUES(47,'new','new','nyc3','s-1vcpu-512mb-10gb',1,512,10,1,47,'off','["ssh-ed25519 AAAA t"]',NULL,NULL,'','[]','2026-11-24 20:43:45.996609',NULL);
INSERT INTO "droplets" VALUES(48,'new','new','nyc3','s-1vcpu-512mb-10gb',1,512,10,1,48,'on','["ssh-ed25519 AAAA t"]',NULL,NULL,'','[]','2026-11-24 20:43:47.602237',NULL);
INSERT INTO "droplets" VALUES(49,'new','new','nyc3','s-1vcpu-512mb-10gb',1,512,10,1,49,'on','["ssh-ed25519 AAAA t"]',NULL,NULL,'','[]','2026-11-24 20:43:47.937161',NULL);
INSERT INTO "droplets" VALUES(50,'new','new','nyc3','s-1vcpu-512mb-10gb',1,512,10,1,50,'on','["ssh-ed25519 AAAA t"]',NULL,NULL,'','[]','2026-11-24 20:43:48.721119',NULL);
INSERT INTO "droplets" VALUES(51,'new','new','nyc3','s-1vcpu-512mb-10gb',1,512,10,1,51,'off','["ssh-ed25519 AAAA t"]',NULL,NULL,'','[]','2026-11-24 20:43:48.851457',NULL);
INSERT INTO "droplets" VALUES(52,'new','new','nyc3','s-1vcpu-512mb-10gb',1,512,10,1,52,'off','["ssh-ed25519 AAAA t"]',NULL,NULL,'','[]','2026-11-24 20:43:49.319077',NULL);
INSERT INTO "droplets" VALUES(53,'new','new','nyc3','s-1vcpu-512mb-10gb',1,512,10,1,53,'on','["ssh-ed25519 AAAA t"]',NULL,NULL,'','[]','2026-11-24 20:43:50.701798',NULL);
INSERT INTO "droplets" VALUES(54,'new','new','nyc3','s-1vcpu-512mb-10gb',1,512,10,1,54,'off','["ssh-ed25519 AAAA t"]',NULL,NULL,'','[]','2026-11-24 20:43:51.012789',NULL);
INSERT INTO "droplets" VALUES(55,'new','new','nyc3','s-1vcpu-512mb-10gb',1,512,10,1,56,'on','["ssh-ed25519 AAAA t"]',NULL,NULL,'','[]','2026-11-24 20:43:52.185178',NULL);
INSERT INTO "droplets" VALUES(56,'new','new','nyc3','s-1vcpu-512mb-10gb',1,512,10,1,57,'on','["ssh-ed25519 AAAA t"]',NULL,NULL,'','[]','2026-11-24 20:43:53.237362',NULL);
INSERT INTO "droplets" VALUES(57,'new','new','nyc3','s-1vcpu-512mb-10gb',1,512,10,1,58,'on','["ssh-ed25519 AAAA t"]',NULL,NULL,'','[]','2026-11-24 20:43:53.633496',NULL);
INSERT INTO "droplets" VALUES(58,'new','new','nyc3','s-1vcpu-512mb-10gb',1,512,10,1,59,'on','["ssh-ed25519 AAAA t"]',NULL,NULL,'','[]','2026-11-24 20:43:54.485329',NULL);
INSERT INTO "droplets" VALUES(59,'new','new','nyc3','s-1vcpu-512mb-10gb',1,512,10,1,60,'on','["ssh-ed25519 AAAA t"]',NULL,NULL,'','[]','2026-11-24 20:43:54.820098',NULL);
INSERT INTO "droplets" VALUES(60,'new','new','nyc3','s-1vcpu-512mb-10gb',1,512,10,1,62,'off','["ssh-ed25519 AAAA t"]',NULL,NULL,'','[]','2026-11-24 20:43:55.121473',NULL);
INSERT INTO "droplets" VALUES(61,'new','new','nyc3','s-1vcpu-512mb-10gb',1,512,10,1,63,'on','["ssh-ed25519 AAAA t"]',NULL,NULL,'','[]','2026-11-24 20:43:55.498563',NULL);
INSERT INTO "droplets" VALUES(62,'new','new','nyc3','s-1vcpu-512mb-10gb',1,512,10,1,64,'on','["ssh-ed25519 AAAA t"]',NULL,NULL,'','[]','2026-11-24 20:43:55.886622',NULL);
INSERT INTO "droplets" VALUES(63,'new','new','nyc3','s-1vcpu-512mb-10gb',1,512,10,1,66,'off','["ssh-ed25519 AAAA t"]',NULL,NULL,'','[]','2026-11-24 20:43:56.487466',NULL);
INSERT INTO "droplets" VALUES(64,'new','new','nyc3','s-1vcpu-512mb-10gb',1,512,10,1,68,'off','["ssh-ed25519 AAAA t"]',NULL,NULL,'','[]','2026-11-24 20:43:57.770008',NULL);
INSERT INTO "droplets" VALUES(65,'new','new','nyc3','s-1vcpu-512mb-10gb',1,512,10,1,69,'off','["ssh-ed25519 AAAA t"]',NULL,NULL,'','[]','2026-11-24 20:43:58.070309',NULL);
INSERT INTO "droplets" VALUES(66,'new','new','nyc3','s-1vcpu-512mb-10gb',1,512,10,1,70,'off','["ssh-ed25519 AAAA t"]',NULL,NULL,'','[]','2026-11-24 20:43:58.209369',NULL);
INSERT INTO "droplets" VALUES(67,'new','new','nyc3','s-1vcpu-512mb-10gb',1,512,10,1,71,'off','["ssh-ed25519 AAAA t"]',NULL,NULL,'','[]','2026-11-24 20:43:58.434360',NULL);
INSERT INTO "droplets" VALUES(68,'new','new','nyc3','s-1vcpu-512mb-10gb',1,512,10,1,72,'off','["ssh-ed25519 AAAA t"]',NULL,NULL,'','[]','2026-11-24 20:43:58.571435',NULL);
INSERT INTO "droplets" VALUES(69,'new','new','nyc3','s-1vcpu-512mb-10gb',1,512,10,1,74,'off','["ssh-ed25519 AAAA t"]',NULL,NULL,'','[]','2026-11-24 20:43:58.735793',NULL);
INSERT INTO "droplets" VALUES(70,'new','new','nyc3','s-1vcpu-512mb-10gb',1,512,10,1,75,'off','["ssh-ed25519 AAAA t"]',NULL,NULL,'','[]','2026-11-24 20:43:59.071059',NULL);
INSERT INTO "droplets" VALUES(71,'new','new','nyc3','s-1vcpu-512mb-10gb',1,512,10,1,76,'off','["ssh-ed25519 AAAA t"]',NULL,NULL,'','[]','2026-11-24 20:43:59.194312',NULL);
INSERT INTO "droplets" VALUES(72,'new','new','nyc3','s-1vcpu-512mb-10gb',1,512,10,1,78,'off','["ssh-ed25519 AAAA t"]',NULL,NULL,'','[]','2026-11-24 20:43:59.437812',NULL);
INSERT INTO "droplets" VALUES(73,'new','new','nyc3','s-1vcpu-512mb-10gb',1,512,10,1,79,'on','["ssh-ed25519 AAAA t"]',NULL,NULL,'','[]','2026-11-24 20:44:00.906025',NULL);
INSERT INTO "droplets" VALUES(74,'new','new','nyc3','s-1vcpu-512mb-10gb',1,512,10,1,80,'off','["ssh-ed25519 AAAA t"]',NULL,NULL,'','[]','2026-11-24 20:44:01.123281',NULL);
INSERT INTO "droplets" VALUES(75,'new','new','nyc3','s-1vcpu-512mb-10gb',1,512,10,1,81,'off','["ssh-ed25519 AAAA t"]',NULL,NULL,'','[]','2026-11-24 20:44:01.290392',NULL);
INSERT INTO "droplets" VALUES(76,'new','new','nyc3','s-1vcpu-512mb-10gb',1,512,10,1,82,'off','["ssh-ed25519 AAAA t"]',NULL,NULL,'','[]','2026-11-24 20:44:02.427453',NULL);
INSERT INTO "droplets" VALUES(77,'new','new','nyc3','s-1vcpu-512mb-10gb',1,512,10,1,83,'off','["ssh-ed25519 AAAA t"]',NULL,NULL,'','[]','2026-11-24 20:44:02.571704',NULL);
INSERT INTO "droplets" VALUES(78,'new','new','nyc3','s-1vcpu-512mb-10gb',1,512,10,1,84,'off','["ssh-ed25519 AAAA t"]',NULL,NULL,'','[]','2026-11-24 20:44:02.740398',NULL);
INSERT INTO "droplets" VALUES(79,'new','new','nyc3','s-1vcpu-512mb-10gb',1,512,10,1,85,'on','["ssh-ed25519 AAAA t"]',NULL,NULL,'','[]','2026-11-24 20:44:02.870410',NULL);
INSERT INTO "droplets" VALUES(80,'new','new','nyc3','s-1vcpu-512mb-10gb',1,512,10,1,86,'on','["ssh-ed25519 AAAA t"]',NULL,NULL,'','[]','2026-11-24 20:44:02.982907',NULL);
INSERT INTO "droplets" VALUES(81,'new','new','nyc3','s-1vcpu-512mb-10gb',1,512,10,1,87,'on','["ssh-ed25519 AAAA t"]',NULL,NULL,'','[]','2026-11-24 20:44:03.256851',NULL);
INSERT INTO "droplets" VALUES(82,'new','new','nyc3','s-1vcpu-512mb-10gb',1,512,10,1,88,'off','["ssh-ed25519 AAAA t"]',NULL,NULL,'','[]','2026-11-24 20:44:03.370974',NULL);
INSERT INTO "droplets" VALUES(83,'new','new','nyc3','s-1vcpu-512mb-10gb',1,512,10,1,89,'on','["ssh-ed25519 AAAA t"]',NULL,NULL,'','[]','2026-11-24 20:44:03.743384',NULL);
INSERT INTO "droplets" VALUES(84,'new','new','nyc3','s-1vcpu-512mb-10gb',1,512,10,1,90,'on','["ssh-ed25519 AAAA t"]',NULL,NULL,'','[]','2026-11-24 20:44:03.856096',NULL);
INSERT INTO "droplets" VALUES(85,'new','new','nyc3','s-1vcpu-512mb-10gb',1,512,10,1,91,'on','["ssh-ed25519 AAAA t"]',NULL,NULL,'','[]','2026-11-24 20:44:04.149985',NULL);
INSERT INTO "droplets" VALUES(86,'new','new','nyc3','s-1vcpu-512mb-10gb',1,512,10,1,92,'on','["ssh-ed25519 AAAA t"]',NULL,NULL,'','[]','2026-11-24 20:44:04.297193',NULL);
INSERT INTO "droplets" VALUES(87,'new','new','nyc3','s-1vcpu-512mb-10gb',1,512,10,1,93,'on','["ssh-ed25519 AAAA t"]',NULL,NULL,'','[]','2026-11-24 20:44:05.064158',NULL);
INSERT INTO "droplets" VALUES(88,'new','new','nyc3','s-1vcpu-512mb-10gb',1,512,10,1,94,'on','["ssh-ed25519 AAAA t"]',NULL,NULL,'','[]','2026-11-24 20:44:05.494681',NULL);
INSERT INTO "droplets" VALUES(89,'new','new','nyc3','s-1vcpu-512mb-10gb',1,512,10,1,95,'on','["ssh-ed25519 AAAA t"]',NULL,NULL,'','[]','2026-11-24 20:44:05.854314',NULL);
INSERT INTO "droplets" VALUES(90,'new','new','nyc3','s-1vcpu-512mb-10gb',1,512,10,1,96,'on','["ssh-ed25519 AAAA t"]',NULL,NULL,'','[]','2026-11-24 20:44:06.155191',NULL);
INSERT INTO "droplets" VALUES(91,'new','new','nyc3','s-1vcpu-512mb-10gb',1,512,10,1,97,'on','["ssh-ed25519 AAAA t"]',NULL,NULL,'','[]','2026-11-24 20:44:06.498679',NULL);
INSERT INTO "droplets" VALUES(92,'new','new','nyc3','s-1vcpu-512mb-10gb',1,512,10,1,98,'on','["ssh-ed25519 AAAA t"]',NULL,NULL,'','[]','2026-11-24 20:44:06.804843',NULL);
INSERT INTO "droplets" VALUES(93,'new','new','nyc3','s-1vcpu-512mb-10gb',1,512,10,1,99,'on','["ssh-ed25519 AAAA t"]',NULL,NULL,'','[]','2026-11-24 20:44:07.139358',NULL);
INSERT INTO "droplets" VALUES(94,'new','new','nyc3','s-1vcpu-512mb-10gb',1,512,10,1,100,'on','["ssh-ed25519 AAAA t"]',NULL,NULL,'','[]','2026-11-24 20:44:07.651612',NULL);
INSERT INTO "droplets" VALUES(95,'new','new','nyc3','s-1vcpu-512mb-10gb',1,512,10,1,101,'on','["ssh-ed25519 AAAA t"]',NULL,NULL,'','[]','2026-11-24 20:44:07.875190',NULL);
INSERT INTO "droplets" VALUES(96,'new','new','nyc3','s-1vcpu-512mb-10gb',1,512,10,1,102,'on','["ssh-ed25519 AAAA t"]',NULL,NULL,'','[]','2026-11-24 20:44:08.019599',NULL);
INSERT INTO "droplets" VALUES(97,'new','new','nyc3','s-1vcpu-512mb-10gb',1,512,10,1,103,'on','["ssh-ed25519 AAAA t"]',NULL,NULL,'','[]','2026-11-24 20:44:08.162243',NULL);
INSERT INTO "droplets" VALUES(98,'new','new','nyc3','s-1vcpu-512mb-10gb',1,512,10,1,104,'on','["ssh-ed25519 AAAA t"]',NULL,NULL,'','[]','2026-11-24 20:44:09.144595',NULL);
INSERT INTO "droplets" VALUES(99,'new','new','nyc3','s-1vcpu-512mb-10gb',1,512,10,1,105,'on','["ssh-ed25519 AAAA t"]',NULL,NULL,'','[]','2026-11-24 20:44:09.246031',NULL);
INSERT INTO "droplets" VALUES(100,'new','new','nyc3','s-1vcpu-512mb-10gb',1,512,10,1,106,'on','["ssh-ed25519 AAAA t"]',NULL,NULL,'','[]','2026-11-24 20:44:09.355411',NULL);
INSERT INTO "droplets" VALUES(101,'renamed','new','nyc3','s-1vcpu-512mb-10gb',1,512,10,1,107,'on','["ssh-ed25519 AAAA t"]',NULL,NULL,'','[]','2026-11-24 20:44:09.668989',NULL);
INSERT INTO "droplets" VALUES(102,'new','new','nyc3','s-1vcpu-512mb-10gb',1,512,10,1,108,'on','["ssh-ed25519 AAAA t"]',NULL,NULL,'','[]','2026-11-24 20:44:09.980393',NULL);
INSERT INTO "droplets" VALUES(103,'new','new','nyc3','s-1vcpu-512mb-10gb',1,512,10,1,109,'on','["ssh-ed25519 AAAA t"]',NULL,NULL,'','[]','2026-11-24 20:44:10.117435',NULL);
INSERT INTO "droplets" VALUES(104,'new','new','nyc3','s-1vcpu-512mb-10gb',1,512,10,1,110,'on','["ssh-ed25519 AAAA t"]',NULL,NULL,'','[]','2026-11-24 20:44:10.237666',NULL);
INSERT INTO "droplets" VALUES(105,'new','new','nyc3','s-1vcpu-512mb-10gb',1,512,10,1,111,'on','["ssh-ed25519 AAAA t"]',NULL,NULL,'','[]','2026-11-24 20:44:10.359718',NULL);
INSERT INTO "droplets" VALUES(106,'new','new','nyc3','s-1vcpu-512mb-10gb',1,512,10,1,112,'on','["ssh-ed25519 AAAA t"]',NULL,NULL,'','[]','2026-11-24 20:44:10.537182',NULL);
INSERT INTO "droplets" VALUES(107,'new','new','nyc3','s-1vcpu-512mb-10gb',1,512,10,1,113,'on','["ssh-ed25519 AAAA t"]',NULL,NULL,'','[]','2026-11-24 20:44:10.649558',NULL);
INSERT INTO "droplets" VALUES(108,'new','new','nyc3','s-1vcpu-512mb-10gb',1,512,10,1,114,'on','["ssh-ed25519 AAAA t"]',NULL,NULL,'','[]','2026-11-24 20:44:10.744264',NULL);
INSERT INTO "droplets" VALUES(109,'new','new','nyc3','s-1vcpu-512mb-10gb',1,512,10,1,115,'on','["ssh-ed25519 AAAA t"]',NULL,NULL,'','[]','2026-11-24 20:44:11.044138',NULL);
INSERT INTO "droplets" VALUES(110,'new','new','nyc3','s-1vcpu-512mb-10gb',1,512,10,1,116,'on','["ssh-ed25519 AAAA t"]',NULL,NULL,'','[]','2026-11-24 20:44:11.139190',NULL);
INSERT INTO "droplets" VALUES(111,'new','new','nyc3','s-1vcpu-512mb-10gb',1,512,10,1,117,'on','["ssh-ed25519 AAAA t"]',NULL,NULL,'','[]','2026-11-24 20:44:11.230915',NULL);
INSERT INTO "droplets" VALUES(112,'new','new','nyc3','s-1vcpu-512mb-10gb',1,512,10,1,118,'on','["ssh-ed25519 AAAA t"]',NULL,NULL,'','[]','2026-11-24 20:44:11.335444',NULL);
INSERT INTO "droplets" VALUES(113,'new','new','nyc3','s-1vcpu-512mb-10gb',1,512,10,1,119,'on','["ssh-ed25519 AAAA t"]',NULL,NULL,'','[]','2026-11-24 20:44:11.420156',NULL);
INSERT INTO "droplets" VALUES(114,'new','new','nyc3','s-1vcpu-512mb-10gb',1,512,10,1,120,'on','["ssh-ed25519 AAAA t"]',NULL,NULL,'','[]','2026-11-24 20:44:11.567066',NULL);
INSERT INTO "droplets" VALUES(115,'new','new','nyc3','s-1vcpu-512mb-10gb',1,512,10,1,121,'on','["ssh-ed25519 AAAA t"]',NULL,NULL,'','[]','2026-11-24 20:44:11.736187',NULL);
INSERT INTO "droplets" VALUES(116,'new','new','nyc3','s-1vcpu-512mb-10gb',1,512,10,1,122,'on','["ssh-ed25519 AAAA t"]',NULL,NULL,'','[]','2026-11-24 20:44:11.824089',NULL);
CREATE TABLE events (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	type VARCHAR(32) NOT NULL, 
	resource_type VARCHAR(16) NOT NULL, 
	resource_id INTEGER NOT NULL, 
	data JSON NOT NULL, 
	at DATETIME NOT NULL
);
INSERT INTO "events" VALUES(2352,'action','image',129,'{"action_id": 325, "kind": "delete_image", "status": "in-progress", "state": "running", "step": "", "progress": 0, "message": "", "error": ""}','2026-11-24 20:44:11.809336');
INSERT INTO "events" VALUES(2353,'droplet','droplet',116,'{"name": "new"}','2026-11-24 20:44:11.824894');
INSERT INTO "events" VALUES(2354,'action','droplet',116,'{"action_id": 326, "kind": "create", "status": "in-progress", "state": "running", "step": "", "progress": 0, "message": "", "error": ""}','2026-11-24 20:44:11.826652');
INSERT INTO "events" VALUES(2355,'action','droplet',116,'{"action_id": 326, "kind": "create", "status": "in-progress", "state": "running", "step": "reserve_room", "progress": 9, "message": "", "error": ""}','2026-11-24 20:44:11.831611');
INSERT INTO "events" VALUES(2356,'action','droplet',116,'{"action_id": 326, "kind": "create", "status": "in-progress", "state": "running", "step": "create_volume", "progress": 18, "message": "", "error": ""}','2026-11-24 20:44:11.836328');
INSERT INTO "events" VALUES(2357,'action','droplet',116,'{"action_id": 326, "kind": "create", "status": "in-progress", "state": "running", "step": "allocate_address", "progress": 27, "message": "", "error": ""}','2026-11-24 20:44:11.838312');
INSERT INTO "events" VALUES(2358,'action','droplet',116,'{"action_id": 326, "kind": "create", "status": "in-progress", "state": "running", "step": "choose_password", "progress": 36, "message": "", "error": ""}','2026-11-24 20:44:11.843156');
INSERT INTO "events" VALUES(2359,'action','droplet',116,'{"action_id": 326, "kind": "create", "status": "in-progress", "state": "running", "step": "choose_password", "progress": 41, "message": "Starting the guest", "error": ""}','2026-11-24 20:44:11.848535');
INSERT INTO "events" VALUES(2360,'action','droplet',116,'{"action_id": 326, "kind": "create", "status": "in-progress", "state": "running", "step": "start", "progress": 90, "message": "Starting the guest", "error": ""}','2026-11-24 20:44:11.850285');
INSERT INTO "events" VALUES(2361,'droplet','droplet',116,'{"observed": "running", "reason": ""}','2026-11-24 20:44:11.851622');
INSERT INTO "events" VALUES(2362,'action','droplet',116,'{"action_id": 326, "kind": "create", "status": "completed", "state": "completed", "step": "record_active", "progress": 100, "message": "", "error": ""}','2026-11-24 20:44:11.854521');
INSERT INTO "events" VALUES(2363,'droplet','droplet',116,'{"desired_power": "on"}','2026-11-24 20:44:11.855790');
INSERT INTO "events" VALUES(2364,'action','droplet',116,'{"action_id": 327, "kind": "snapshot", "status": "in-progress", "state": "running", "step": "", "progress": 0, "message": "", "error": ""}','2026-11-24 20:44:11.868210');
INSERT INTO "events" VALUES(2365,'action','droplet',116,'{"action_id": 327, "kind": "snapshot", "status": "in-progress", "state": "running", "step": "prepare_successor", "progress": 25, "message": "", "error": ""}','2026-11-24 20:44:11.873640');
INSERT INTO "events" VALUES(2366,'action','droplet',116,'{"action_id": 327, "kind": "snapshot", "status": "in-progress", "state": "running", "step": "prepare_successor", "progress": 30, "message": "Switching to a new Layer", "error": ""}','2026-11-24 20:44:11.876796');
INSERT INTO "events" VALUES(2367,'action','droplet',116,'{"action_id": 327, "kind": "snapshot", "status": "in-progress", "state": "running", "step": "switch_disk", "progress": 75, "message": "Switching to a new Layer", "error": ""}','2026-11-24 20:44:11.878632');
INSERT INTO "events" VALUES(2368,'action','droplet',116,'{"action_id": 327, "kind": "snapshot", "status": "completed", "state": "completed", "step": "record_snapshot", "progress": 100, "message": "", "error": ""}','2026-11-24 20:44:11.882464');
INSERT INTO "events" VALUES(2369,'image','image',130,'{"ready": true}','2026-11-24 20:44:11.883816');
INSERT INTO "events" VALUES(2370,'action','image',130,'{"action_id": 328, "kind": "delete_image", "status": "in-progress", "state": "running", "step": "", "progress": 0, "message": "", "error": ""}','2026-11-24 20:44:11.895263');
INSERT INTO "events" VALUES(2371,'action','image',130,'{"action_id": 328, "kind": "delete_image", "status": "errored", "state": "stuck", "step": "", "progress": 0, "message": "", "error": "injected at delete_image.remove.act.before"}','2026-11-24 20:44:12.191131');
CREATE TABLE facts (
	name VARCHAR(64) NOT NULL, 
	value TEXT NOT NULL, 
	CONSTRAINT pk_facts PRIMARY KEY (name)
);
INSERT INTO "facts" VALUES('store_identity','280e6964672d22907d131608488e12d3');
CREATE TABLE guests (
	droplet_id INTEGER NOT NULL, 
	observed VARCHAR(16) NOT NULL, 
	reason TEXT NOT NULL, 
	forwards JSON NOT NULL, 
	lost_at JSON NOT NULL, 
	observed_at DATETIME NOT NULL, 
	CONSTRAINT pk_guests PRIMARY KEY (droplet_id), 
	CONSTRAINT fk_guests_droplet_id FOREIGN KEY(droplet_id) REFERENCES droplets (id)
);
INSERT INTO "guests" VALUES(1,'running','','[]','[]','2026-11-24 20:43:35.337447');
INSERT INTO "guests" VALUES(2,'running','','[]','[]','2026-11-24 20:43:35.632575');
INSERT INTO "guests" VALUES(3,'running','','[]','[]','2026-11-24 20:43:35.711042');
INSERT INTO "guests" VALUES(4,'absent','','[]','[]','2026-11-24 20:43:35.796269');
INSERT INTO "guests" VALUES(5,'running','','[]','[]','2026-11-24 20:43:35.913461');
INSERT INTO "guests" VALUES(7,'running','','[]','[]','2026-11-24 20:43:36.039660');
INSERT INTO "guests" VALUES(9,'running','','[]','[]','2026-11-24 20:43:36.155486');
INSERT INTO "guests" VALUES(11,'running','','[]','[]','2026-11-24 20:43:36.526828');
INSERT INTO "guests" VALUES(13,'running','','[]','[]','2026-11-24 20:43:36.731537');
INSERT INTO "guests" VALUES(15,'running','','[]','[]','2026-11-24 20:43:37.112855');
INSERT INTO "guests" VALUES(16,'running','','[]','[]','2026-11-24 20:43:37.239855');
INSERT INTO "guests" VALUES(17,'running','','[]','[]','2026-11-24 20:43:37.309435');
INSERT INTO "guests" VALUES(18,'running','','[]','[]','2026-11-24 20:43:37.387068');
INSERT INTO "guests" VALUES(19,'running','','[]','[]','2026-11-24 20:43:37.469543');
INSERT INTO "guests" VALUES(20,'absent','','[]','[]','2026-11-24 20:43:37.873273');
INSERT INTO "guests" VALUES(21,'running','','[]','[]','2026-11-24 20:43:37.974213');
INSERT INTO "guests" VALUES(22,'absent','','[]','[]','2026-11-24 20:43:38.105898');
INSERT INTO "guests" VALUES(23,'running','','[]','[]','2026-11-24 20:43:38.235585');
INSERT INTO "guests" VALUES(24,'absent','','[]','[]','2026-11-24 20:43:38.372980');
INSERT INTO "guests" VALUES(25,'running','','[]','[]','2026-11-24 20:43:38.432329');
INSERT INTO "guests" VALUES(26,'absent','','[]','[]','2026-11-24 20:43:38.506907');
INSERT INTO "guests" VALUES(27,'absent','','[]','[]','2026-11-24 20:43:38.639098');
INSERT INTO "guests" VALUES(28,'absent','','[]','[]','2026-11-24 20:43:38.856517');
INSERT INTO "guests" VALUES(29,'running','','[]','[]','2026-11-24 20:43:39.130601');
INSERT INTO "guests" VALUES(30,'running','','[]','[]','2026-11-24 20:43:39.697497');
INSERT INTO "guests" VALUES(31,'absent','','[]','[]','2026-11-24 20:43:40.000678');
INSERT INTO "guests" VALUES(32,'absent','','[]','[]','2026-11-24 20:43:40.122112');
INSERT INTO "guests" VALUES(33,'absent','','[]','[]','2026-11-24 20:43:40.386888');
INSERT INTO "guests" VALUES(34,'running','','[]','[]','2026-11-24 20:43:41.560912');
INSERT INTO "guests" VALUES(35,'running','','[]','[]','2026-11-24 20:43:42.216755');
INSERT INTO "guests" VALUES(36,'running','','[]','[]','2026-11-24 20:43:42.369026');
INSERT INTO "guests" VALUES(37,'running','','[]','[]','2026-11-24 20:43:43.357759');
INSERT INTO "guests" VALUES(38,'running','','[]','[]','2026-11-24 20:43:43.478963');
INSERT INTO "guests" VALUES(39,'running','','[]','[]','2026-11-24 20:43:43.843529');
INSERT INTO "guests" VALUES(40,'running','','[]','[]','2026-11-24 20:43:43.996230');
INSERT INTO "guests" VALUES(41,'absent','','[]','[]','2026-11-24 20:43:45.232221');
INSERT INTO "guests" VALUES(42,'absent','','[]','[]','2026-11-24 20:43:45.383770');
INSERT INTO "guests" VALUES(43,'absent','','[]','[]','2026-11-24 20:43:45.504656');
INSERT INTO "guests" VALUES(44,'absent','','[]','[]','2026-11-24 20:43:45.605804');
INSERT INTO "guests" VALUES(45,'absent','','[]','[]','2026-11-24 20:43:45.740536');
INSERT INTO "guests" VALUES(46,'absent','','[]','[]','2026-11-24 20:43:45.888168');
INSERT INTO "guests" VALUES(47,'absent','','[]','[]','2026-11-24 20:43:46.276324');
INSERT INTO "guests" VALUES(48,'running','','[]','[]','2026-11-24 20:43:47.780203');
INSERT INTO "guests" VALUES(49,'running','','[]','[]','2026-11-24 20:43:48.272698');
INSERT INTO "guests" VALUES(50,'running','','[]','[]','2026-11-24 20:43:48.764628');
INSERT INTO "guests" VALUES(51,'absent','','[]','[]','2026-11-24 20:43:49.129193');
INSERT INTO "guests" VALUES(52,'absent','','[]','[]','2026-11-24 20:43:50.682378');
INSERT INTO "guests" VALUES(53,'running','','[]','[]','2026-11-24 20:43:50.755248');
INSERT INTO "guests" VALUES(54,'absent','','[]','[]','2026-11-24 20:43:51.105674');
INSERT INTO "guests" VALUES(55,'running','','[]','[]','2026-11-24 20:43:53.117511');
INSERT INTO "guests" VALUES(56,'running','','[]','[]','2026-11-24 20:43:53.614744');
INSERT INTO "guests" VALUES(57,'running','','[]','[]','2026-11-24 20:43:53.715631');
INSERT INTO "guests" VALUES(58,'running','','[]','[]','2026-11-24 20:43:54.553713');
INSERT INTO "guests" VALUES(59,'running','','[]','[]','2026-11-24 20:43:54.851826');
INSERT INTO "guests" VALUES(60,'absent','','[]','[]','2026-11-24 20:43:55.459060');
INSERT INTO "guests" VALUES(61,'running','','[]','[]','2026-11-24 20:43:55.566721');
INSERT INTO "guests" VALUES(62,'running','','[]','[]','2026-11-24 20:43:56.471470');
INSERT INTO "guests" VALUES(63,'absent','','[]','[]','2026-11-24 20:43:56.841243');
INSERT INTO "guests" VALUES(64,'absent','','[]','[]','2026-11-24 20:43:58.055811');
INSERT INTO "guests" VALUES(65,'absent','','[]','[]','2026-11-24 20:43:58.191956');
INSERT INTO "guests" VALUES(66,'absent','','[]','[]','2026-11-24 20:43:58.380871');
INSERT INTO "guests" VALUES(67,'absent','','[]','[]','2026-11-24 20:43:58.507808');
INSERT INTO "guests" VALUES(68,'absent','','[]','[]','2026-11-24 20:43:58.641188');
INSERT INTO "guests" VALUES(69,'absent','','[]','[]','2026-11-24 20:43:58.969269');
INSERT INTO "guests" VALUES(70,'absent','','[]','[]','2026-11-24 20:43:59.142013');
INSERT INTO "guests" VALUES(71,'absent','','[]','[]','2026-11-24 20:43:59.423898');
INSERT INTO "guests" VALUES(72,'absent','','[]','[]','2026-11-24 20:43:59.545390');
INSERT INTO "guests" VALUES(73,'running','','[]','[]','2026-11-24 20:44:01.108260');
INSERT INTO "guests" VALUES(74,'absent','','[]','[]','2026-11-24 20:44:01.262035');
INSERT INTO "guests" VALUES(75,'absent','','[]','[]','2026-11-24 20:44:02.348773');
INSERT INTO "guests" VALUES(76,'absent','','[]','[]','2026-11-24 20:44:02.508978');
INSERT INTO "guests" VALUES(77,'absent','','[]','[]','2026-11-24 20:44:02.726883');
INSERT INTO "guests" VALUES(78,'absent','','[]','[]','2026-11-24 20:44:02.855873');
INSERT INTO "guests" VALUES(79,'running','','[]','[]','2026-11-24 20:44:02.902810');
INSERT INTO "guests" VALUES(80,'running','','[]','[]','2026-11-24 20:44:03.052542');
INSERT INTO "guests" VALUES(81,'running','','[]','[]','2026-11-24 20:44:03.305197');
INSERT INTO "guests" VALUES(82,'absent','','[]','[]','2026-11-24 20:44:03.725254');
INSERT INTO "guests" VALUES(83,'running','','[]','[]','2026-11-24 20:44:03.829207');
INSERT INTO "guests" VALUES(84,'running','','[]','[]','2026-11-24 20:44:03.888387');
INSERT INTO "guests" VALUES(85,'running','','[]','[]','2026-11-24 20:44:04.188790');
INSERT INTO "guests" VALUES(86,'running','','[]','[]','2026-11-24 20:44:05.032582');
INSERT INTO "guests" VALUES(87,'running','','[]','[]','2026-11-24 20:44:05.478257');
INSERT INTO "guests" VALUES(88,'absent','','[]','[]','2026-11-24 20:44:05.836903');
INSERT INTO "guests" VALUES(89,'running','','[]','[]','2026-11-24 20:44:05.895052');
INSERT INTO "guests" VALUES(90,'absent','','[]','[]','2026-11-24 20:44:06.442083');
INSERT INTO "guests" VALUES(91,'absent','','[]','[]','2026-11-24 20:44:06.784499');
INSERT INTO "guests" VALUES(92,'absent','','[]','[]','2026-11-24 20:44:07.122485');
INSERT INTO "guests" VALUES(93,'absent','','[]','[]','2026-11-24 20:44:07.605877');
INSERT INTO "guests" VALUES(94,'running','','[]','[]','2026-11-24 20:44:07.860182');
INSERT INTO "guests" VALUES(95,'absent','','[]','[]','2026-11-24 20:44:08.006055');
INSERT INTO "guests" VALUES(96,'running','','[]','[]','2026-11-24 20:44:08.051152');
INSERT INTO "guests" VALUES(97,'absent','','[]','[]','2026-11-24 20:44:09.105758');
INSERT INTO "guests" VALUES(98,'absent','','[]','[]','2026-11-24 20:44:09.229727');
INSERT INTO "guests" VALUES(99,'absent','','[]','[]','2026-11-24 20:44:09.331015');
INSERT INTO "guests" VALUES(100,'absent','','[]','[]','2026-11-24 20:44:09.655059');
INSERT INTO "guests" VALUES(101,'running','','[]','[]','2026-11-24 20:44:09.700817');
INSERT INTO "guests" VALUES(102,'running','','[]','[]','2026-11-24 20:44:10.042912');
INSERT INTO "guests" VALUES(103,'running','','[]','[]','2026-11-24 20:44:10.150937');
INSERT INTO "guests" VALUES(104,'running','','[]','[]','2026-11-24 20:44:10.275314');
INSERT INTO "guests" VALUES(105,'running','','[]','[]','2026-11-24 20:44:10.393492');
INSERT INTO "guests" VALUES(106,'running','','[]','[]','2026-11-24 20:44:10.570890');
INSERT INTO "guests" VALUES(107,'running','','[]','[]','2026-11-24 20:44:10.681465');
INSERT INTO "guests" VALUES(108,'running','','[]','[]','2026-11-24 20:44:10.970916');
INSERT INTO "guests" VALUES(109,'running','','[]','[]','2026-11-24 20:44:11.085526');
INSERT INTO "guests" VALUES(110,'running','','[]','[]','2026-11-24 20:44:11.171873');
INSERT INTO "guests" VALUES(111,'running','','[]','[]','2026-11-24 20:44:11.271808');
INSERT INTO "guests" VALUES(112,'running','','[]','[]','2026-11-24 20:44:11.367850');
INSERT INTO "guests" VALUES(113,'running','','[]','[]','2026-11-24 20:44:11.454429');
INSERT INTO "guests" VALUES(114,'running','','[]','[]','2026-11-24 20:44:11.652057');
INSERT INTO "guests" VALUES(115,'running','','[]','[]','2026-11-24 20:44:11.770495');
INSERT INTO "guests" VALUES(116,'running','','[]','[]','2026-11-24 20:44:11.855101');
CREATE TABLE images (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	kind VARCHAR(16) NOT NULL, 
	name VARCHAR(255) NOT NULL, 
	slug VARCHAR(64), 
	distribution VARCHAR(32) NOT NULL, 
	description TEXT NOT NULL, 
	layer_id INTEGER NOT NULL, 
	disk_bytes INTEGER NOT NULL, 
	used_bytes INTEGER NOT NULL, 
	droplet_id INTEGER, 
	consistency VARCHAR(8), 
	tags JSON NOT NULL, 
	region VARCHAR(16) NOT NULL, 
	ready BOOLEAN NOT NULL, 
	created_at DATETIME NOT NULL, 
	CONSTRAINT fk_images_layer_id FOREIGN KEY(layer_id) REFERENCES layers (id), 
	CONSTRAINT uq_images_slug UNIQUE (slug)
);
INSERT INTO "images" VALUES(1,'base','Debian 12 (bookworm) x64',NULL,'Debian','Debian 12 (bookworm) x64',1,3221225472,204813,NULL,NULL,'[]','nyc3',1,'2026-11-24 20:43:35.227880');
INSERT INTO "images" VALUES(2,'base','Dew micro: Debian''s kernel and busybox, for tests and first tries','dew-micro','Debian','Dew micro: Debian''s kernel and busybox, for tests and first tries',2,1073741824,204813,NULL,NULL,'[]','nyc3',1,'2026-11-24 20:43:35.255376');
INSERT INTO "images" VALUES(3,'snapshot','of 1',NULL,'Debian','',3,10737418240,409622,1,'frozen','[]','nyc3',1,'2026-11-24 20:43:35.357316');
INSERT INTO "images" VALUES(4,'snapshot','of 3',NULL,'Debian','',6,10737418240,409622,3,'frozen','[]','nyc3',1,'2026-11-24 20:43:35.731812');
INSERT INTO "images" VALUES(5,'snapshot','of 5',NULL,'Debian','',9,10737418240,409622,5,'frozen','[]','nyc3',1,'2026-11-24 20:43:35.934057');
INSERT INTO "images" VALUES(6,'snapshot','of 7',NULL,'Debian','',12,10737418240,409622,7,'frozen','[]','nyc3',1,'2026-11-24 20:43:36.066243');
INSERT INTO "images" VALUES(7,'snapshot','of 9',NULL,'Debian','',15,10737418240,409622,9,'frozen','[]','nyc3',1,'2026-11-24 20:43:36.283999');
INSERT INTO "images" VALUES(8,'snapshot','of 11',NULL,'Debian','',18,10737418240,409622,11,'frozen','[]','nyc3',1,'2026-11-24 20:43:36.546075');
INSERT INTO "images" VALUES(9,'snapshot','of 13',NULL,'Debian','',21,10737418240,409622,13,'frozen','[]','nyc3',1,'2026-11-24 20:43:36.754403');
INSERT INTO "images" VALUES(10,'snapshot','of 15',NULL,'Debian','',24,10737418240,409622,15,'frozen','[]','nyc3',1,'2026-11-24 20:43:37.144630');
INSERT INTO "images" VALUES(11,'snapshot','of 17',NULL,'Debian','',27,10737418240,409622,17,'frozen','[]','nyc3',1,'2026-11-24 20:43:37.328388');
INSERT INTO "images" VALUES(12,'snapshot','of 19',NULL,'Debian','',30,10737418240,409622,19,'frozen','[]','nyc3',1,'2026-11-24 20:43:37.490075');
INSERT INTO "images" VALUES(13,'snapshot','of 21',NULL,'Debian','',33,10737418240,409622,21,'frozen','[]','nyc3',1,'2026-11-24 20:43:38.014218');
INSERT INTO "images" VALUES(14,'snapshot','of 23',NULL,'Debian','',36,10737418240,409622,23,'frozen','[]','nyc3',1,'2026-11-24 20:43:38.299572');
INSERT INTO "images" VALUES(15,'snapshot','of 25',NULL,'Debian','',39,10737418240,409622,25,'frozen','[]','nyc3',1,'2026-11-24 20:43:38.451544');
INSERT INTO "images" VALUES(16,'snapshot','of 27',NULL,'Debian','',42,10737418240,409622,27,'frozen','[]','nyc3',1,'2026-11-24 20:43:38.608448');
INSERT INTO "images" VALUES(17,'snapshot','of 28',NULL,'Debian','',44,10737418240,409622,28,'frozen','[]','nyc3',1,'2026-11-24 20:43:38.725535');
INSERT INTO "images" VALUES(18,'snapshot','of 29',NULL,'Debian','',46,10737418240,409622,29,'frozen','[]','nyc3',1,'2026-11-24 20:43:39.276669');
INSERT INTO "images" VALUES(19,'snapshot','of 30',NULL,'Debian','',48,10737418240,409622,30,'frozen','[]','nyc3',1,'2026-11-24 20:43:39.773612');
INSERT INTO "images" VALUES(20,'snapshot','of 31',NULL,'Debian','',50,10737418240,409622,31,'frozen','[]','nyc3',1,'2026-11-24 20:43:39.966804');
INSERT INTO "images" VALUES(21,'snapshot','of 32',NULL,'Debian','',52,10737418240,409622,32,'frozen','[]','nyc3',1,'2026-11-24 20:43:40.087040');
INSERT INTO "images" VALUES(22,'snapshot','of 33',NULL,'Debian','',54,10737418240,409622,33,'frozen','[]','nyc3',1,'2026-11-24 20:43:40.343628');
INSERT INTO "images" VALUES(23,'snapshot','of 34',NULL,'Debian','',56,10737418240,409622,34,'frozen','[]','nyc3',1,'2026-11-24 20:43:41.643558');
INSERT INTO "images" VALUES(24,'snapshot','new',NULL,'Debian','',57,10737418240,614427,34,'frozen','[]','nyc3',1,'2026-11-24 20:43:42.148095');
INSERT INTO "images" VALUES(25,'snapshot','of 35',NULL,'Debian','',59,10737418240,409622,35,'frozen','[]','nyc3',1,'2026-11-24 20:43:42.240947');
INSERT INTO "images" VALUES(27,'snapshot','of 36',NULL,'Debian','',62,10737418240,409622,36,'frozen','[]','nyc3',1,'2026-11-24 20:43:42.463338');
INSERT INTO "images" VALUES(28,'snapshot','new',NULL,'Debian','',63,10737418240,0,36,NULL,'[]','nyc3',0,'2026-11-24 20:43:42.826317');
INSERT INTO "images" VALUES(29,'snapshot','of 37',NULL,'Debian','',65,10737418240,409622,37,'frozen','[]','nyc3',1,'2026-11-24 20:43:43.377635');
INSERT INTO "images" VALUES(30,'snapshot','new',NULL,'Debian','',66,10737418240,0,37,NULL,'[]','nyc3',0,'2026-11-24 20:43:43.405487');
INSERT INTO "images" VALUES(31,'snapshot','of 38',NULL,'Debian','',68,10737418240,409622,38,'frozen','[]','nyc3',1,'2026-11-24 20:43:43.543148');
INSERT INTO "images" VALUES(32,'snapshot','new',NULL,'Debian','',69,10737418240,0,38,NULL,'[]','nyc3',0,'2026-11-24 20:43:43.575052');
INSERT INTO "images" VALUES(33,'snapshot','of 39',NULL,'Debian','',71,10737418240,409622,39,'frozen','[]','nyc3',1,'2026-11-24 20:43:43.864135');
INSERT INTO "images" VALUES(34,'snapshot','new',NULL,'Debian','',72,10737418240,0,39,NULL,'[]','nyc3',0,'2026-11-24 20:43:43.892891');
INSERT INTO "images" VALUES(35,'snapshot','of 40',NULL,'Debian','',74,10737418240,409622,40,'frozen','[]','nyc3',1,'2026-11-24 20:43:44.016643');
INSERT INTO "images" VALUES(36,'snapshot','new',NULL,'Debian','',75,10737418240,0,40,NULL,'[]','nyc3',0,'2026-11-24 20:43:44.064234');
INSERT INTO "images" VALUES(37,'snapshot','of 41',NULL,'Debian','',77,10737418240,409622,41,'frozen','[]','nyc3',1,'2026-11-24 20:43:45.215884');
INSERT INTO "images" VALUES(38,'snapshot','new',NULL,'Debian','',78,10737418240,614427,41,'off','[]','nyc3',1,'2026-11-24 20:43:45.268941');
INSERT INTO "images" VALUES(39,'snapshot','of 42',NULL,'Debian','',80,10737418240,409622,42,'frozen','[]','nyc3',1,'2026-11-24 20:43:45.363295');
INSERT INTO "images" VALUES(41,'snapshot','of 43',NULL,'Debian','',83,10737418240,409622,43,'frozen','[]','nyc3',1,'2026-11-24 20:43:45.488832');
INSERT INTO "images" VALUES(42,'snapshot','new',NULL,'Debian','',84,10737418240,0,43,NULL,'[]','nyc3',0,'2026-11-24 20:43:45.520966');
INSERT INTO "images" VALUES(43,'snapshot','of 44',NULL,'Debian','',86,10737418240,409622,44,'frozen','[]','nyc3',1,'2026-11-24 20:43:45.590093');
INSERT INTO "images" VALUES(44,'snapshot','new',NULL,'Debian','',87,10737418240,0,44,NULL,'[]','nyc3',0,'2026-11-24 20:43:45.642598');
INSERT INTO "images" VALUES(45,'snapshot','of 45',NULL,'Debian','',89,10737418240,409622,45,'frozen','[]','nyc3',1,'2026-11-24 20:43:45.725240');
INSERT INTO "images" VALUES(46,'snapshot','new',NULL,'Debian','',90,10737418240,0,45,NULL,'[]','nyc3',0,'2026-11-24 20:43:45.781712');
INSERT INTO "images" VALUES(47,'snapshot','of 46',NULL,'Debian','',92,10737418240,409622,46,'frozen','[]','nyc3',1,'2026-11-24 20:43:45.872541');
INSERT INTO "images" VALUES(48,'snapshot','new',NULL,'Debian','',93,10737418240,0,46,NULL,'[]','nyc3',0,'2026-11-24 20:43:45.920081');
INSERT INTO "images" VALUES(49,'snapshot','of 47',NULL,'Debian','',95,10737418240,409622,47,'frozen','[]','nyc3',1,'2026-11-24 20:43:46.205064');
INSERT INTO "images" VALUES(50,'snapshot','new',NULL,'Debian','',96,10737418240,0,47,NULL,'[]','nyc3',0,'2026-11-24 20:43:46.444922');
INSERT INTO "images" VALUES(51,'snapshot','of 48',NULL,'Debian','',98,10737418240,409622,48,'frozen','[]','nyc3',1,'2026-11-24 20:43:47.799556');
INSERT INTO "images" VALUES(52,'snapshot','new',NULL,'Debian','',99,10737418240,614427,48,'frozen','[]','nyc3',1,'2026-11-24 20:43:47.914106');
INSERT INTO "images" VALUES(53,'snapshot','of 49',NULL,'Debian','',101,10737418240,409622,49,'frozen','[]','nyc3',1,'2026-11-24 20:43:48.395868');
INSERT INTO "images" VALUES(55,'snapshot','of 50',NULL,'Debian','',104,10737418240,409622,50,'frozen','[]','nyc3',1,'2026-11-24 20:43:48.784010');
INSERT INTO "images" VALUES(56,'snapshot','new',NULL,'Debian','',105,10737418240,0,50,NULL,'[]','nyc3',0,'2026-11-24 20:43:48.830751');
INSERT INTO "images" VALUES(57,'snapshot','of 51',NULL,'Debian','',107,10737418240,409622,51,'frozen','[]','nyc3',1,'2026-11-24 20:43:49.052087');
INSERT INTO "images" VALUES(58,'snapshot','new',NULL,'Debian','',108,10737418240,0,51,NULL,'[]','nyc3',0,'2026-11-24 20:43:49.112864');
INSERT INTO "images" VALUES(59,'snapshot','of 52',NULL,'Debian','',110,10737418240,409622,52,'frozen','[]','nyc3',1,'2026-11-24 20:43:49.514901');
INSERT INTO "images" VALUES(60,'snapshot','new',NULL,'Debian','',111,10737418240,0,52,NULL,'[]','nyc3',0,'2026-11-24 20:43:49.972203');
INSERT INTO "images" VALUES(61,'snapshot','of 53',NULL,'Debian','',113,10737418240,409622,53,'frozen','[]','nyc3',1,'2026-11-24 20:43:50.775157');
INSERT INTO "images" VALUES(62,'snapshot','new',NULL,'Debian','',114,10737418240,0,53,NULL,'[]','nyc3',0,'2026-11-24 20:43:50.798579');
INSERT INTO "images" VALUES(63,'snapshot','of 54',NULL,'Debian','',116,10737418240,409622,54,'frozen','[]','nyc3',1,'2026-11-24 20:43:51.066403');
INSERT INTO "images" VALUES(64,'snapshot','new',NULL,'Debian','',117,10737418240,0,54,NULL,'[]','nyc3',0,'2026-11-24 20:43:51.090360');
INSERT INTO "images" VALUES(65,'snapshot','of 55',NULL,'Debian','',119,10737418240,409622,55,'frozen','[]','nyc3',1,'2026-11-24 20:43:52.237487');
INSERT INTO "images" VALUES(66,'snapshot','of 56',NULL,'Debian','',122,10737418240,409622,56,'frozen','[]','nyc3',1,'2026-11-24 20:43:53.333863');
INSERT INTO "images" VALUES(67,'snapshot','of 57',NULL,'Debian','',125,10737418240,409622,57,'frozen','[]','nyc3',1,'2026-11-24 20:43:53.820147');
INSERT INTO "images" VALUES(68,'snapshot','of 58',NULL,'Debian','',128,10737418240,409622,58,'frozen','[]','nyc3',1,'2026-11-24 20:43:54.573646');
INSERT INTO "images" VALUES(69,'snapshot','of 59',NULL,'Debian','',131,10737418240,409622,59,'frozen','[]','nyc3',1,'2026-11-24 20:43:54.872828');
INSERT INTO "images" VALUES(70,'snapshot','of 60',NULL,'Debian','',134,10737418240,409622,60,'frozen','[]','nyc3',1,'2026-11-24 20:43:55.179117');
INSERT INTO "images" VALUES(71,'snapshot','of 61',NULL,'Debian','',137,10737418240,409622,61,'frozen','[]','nyc3',1,'2026-11-24 20:43:55.587178');
INSERT INTO "images" VALUES(72,'snapshot','of 62',NULL,'Debian','',140,10737418240,409622,62,'frozen','[]','nyc3',1,'2026-11-24 20:43:55.948220');
INSERT INTO "images" VALUES(73,'snapshot','of 63',NULL,'Debian','',143,10737418240,409622,63,'frozen','[]','nyc3',1,'2026-11-24 20:43:56.538613');
INSERT INTO "images" VALUES(74,'snapshot','of 64',NULL,'Debian','',146,10737418240,409622,64,'frozen','[]','nyc3',1,'2026-11-24 20:43:57.824387');
INSERT INTO "images" VALUES(75,'snapshot','of 65',NULL,'Debian','',149,10737418240,409622,65,'frozen','[]','nyc3',1,'2026-11-24 20:43:58.136669');
INSERT INTO "images" VALUES(76,'snapshot','of 66',NULL,'Debian','',152,10737418240,409622,66,'frozen','[]','nyc3',1,'2026-11-24 20:43:58.365107');
INSERT INTO "images" VALUES(77,'snapshot','of 67',NULL,'Debian','',155,10737418240,409622,67,'frozen','[]','nyc3',1,'2026-11-24 20:43:58.491317');
INSERT INTO "images" VALUES(78,'snapshot','of 68',NULL,'Debian','',158,10737418240,409622,68,'frozen','[]','nyc3',1,'2026-11-24 20:43:58.624856');
INSERT INTO "images" VALUES(79,'snapshot','of 69',NULL,'Debian','',161,10737418240,409622,69,'frozen','[]','nyc3',1,'2026-11-24 20:43:58.851290');
INSERT INTO "images" VALUES(80,'snapshot','of 70',NULL,'Debian','',164,10737418240,409622,70,'frozen','[]','nyc3',1,'2026-11-24 20:43:59.123837');
INSERT INTO "images" VALUES(81,'snapshot','of 71',NULL,'Debian','',167,10737418240,409622,71,'frozen','[]','nyc3',1,'2026-11-24 20:43:59.306197');
INSERT INTO "images" VALUES(82,'snapshot','of 72',NULL,'Debian','',170,10737418240,409622,72,'frozen','[]','nyc3',1,'2026-11-24 20:43:59.495651');
INSERT INTO "images" VALUES(83,'snapshot','of 73',NULL,'Debian','',173,10737418240,409622,73,'frozen','[]','nyc3',1,'2026-11-24 20:44:01.064209');
INSERT INTO "images" VALUES(84,'snapshot','of 74',NULL,'Debian','',175,10737418240,409622,74,'frozen','[]','nyc3',1,'2026-11-24 20:44:01.188873');
INSERT INTO "images" VALUES(85,'snapshot','of 75',NULL,'Debian','',177,10737418240,409622,75,'frozen','[]','nyc3',1,'2026-11-24 20:44:02.244768');
INSERT INTO "images" VALUES(86,'snapshot','of 76',NULL,'Debian','',179,10737418240,409622,76,'frozen','[]','nyc3',1,'2026-11-24 20:44:02.492724');
INSERT INTO "images" VALUES(87,'snapshot','of 77',NULL,'Debian','',181,10737418240,409622,77,'frozen','[]','nyc3',1,'2026-11-24 20:44:02.683301');
INSERT INTO "images" VALUES(88,'snapshot','of 78',NULL,'Debian','',183,10737418240,409622,78,'frozen','[]','nyc3',1,'2026-11-24 20:44:02.827496');
INSERT INTO "images" VALUES(89,'snapshot','of 79',NULL,'Debian','',185,10737418240,409622,79,'frozen','[]','nyc3',1,'2026-11-24 20:44:02.922683');
INSERT INTO "images" VALUES(90,'snapshot','of 80',NULL,'Debian','',187,10737418240,409622,80,'frozen','[]','nyc3',1,'2026-11-24 20:44:03.090242');
INSERT INTO "images" VALUES(91,'snapshot','of 81',NULL,'Debian','',189,10737418240,409622,81,'frozen','[]','nyc3',1,'2026-11-24 20:44:03.325769');
INSERT INTO "images" VALUES(92,'snapshot','of 82',NULL,'Debian','',191,10737418240,409622,82,'frozen','[]','nyc3',1,'2026-11-24 20:44:03.496742');
INSERT INTO "images" VALUES(93,'snapshot','of 83',NULL,'Debian','',193,10737418240,409622,83,'frozen','[]','nyc3',1,'2026-11-24 20:44:03.796077');
INSERT INTO "images" VALUES(94,'snapshot','of 84',NULL,'Debian','',195,10737418240,409622,84,'frozen','[]','nyc3',1,'2026-11-24 20:44:03.908569');
INSERT INTO "images" VALUES(95,'snapshot','of 85',NULL,'Debian','',197,10737418240,409622,85,'frozen','[]','nyc3',1,'2026-11-24 20:44:04.213835');
INSERT INTO "images" VALUES(96,'snapshot','of 86',NULL,'Debian','',199,10737418240,409622,86,'frozen','[]','nyc3',1,'2026-11-24 20:44:05.002043');
INSERT INTO "images" VALUES(97,'snapshot','of 87',NULL,'Debian','',201,10737418240,409622,87,'frozen','[]','nyc3',1,'2026-11-24 20:44:05.136994');
INSERT INTO "images" VALUES(98,'snapshot','of 88',NULL,'Debian','',203,10737418240,409622,88,'frozen','[]','nyc3',1,'2026-11-24 20:44:05.559887');
INSERT INTO "images" VALUES(99,'snapshot','of 89',NULL,'Debian','',205,10737418240,409622,89,'frozen','[]','nyc3',1,'2026-11-24 20:44:05.915339');
INSERT INTO "images" VALUES(100,'snapshot','of 90',NULL,'Debian','',207,10737418240,409622,90,'frozen','[]','nyc3',1,'2026-11-24 20:44:06.209577');
INSERT INTO "images" VALUES(101,'snapshot','of 91',NULL,'Debian','',209,10737418240,409622,91,'frozen','[]','nyc3',1,'2026-11-24 20:44:06.549943');
INSERT INTO "images" VALUES(102,'snapshot','of 92',NULL,'Debian','',211,10737418240,409622,92,'frozen','[]','nyc3',1,'2026-11-24 20:44:06.886254');
INSERT INTO "images" VALUES(103,'snapshot','of 93',NULL,'Debian','',213,10737418240,409622,93,'frozen','[]','nyc3',1,'2026-11-24 20:44:07.201071');
INSERT INTO "images" VALUES(104,'snapshot','of 94',NULL,'Debian','',215,10737418240,409622,94,'frozen','[]','nyc3',1,'2026-11-24 20:44:07.751065');
INSERT INTO "images" VALUES(105,'snapshot','of 95',NULL,'Debian','',217,10737418240,409622,95,'frozen','[]','nyc3',1,'2026-11-24 20:44:07.928282');
INSERT INTO "images" VALUES(106,'snapshot','of 96',NULL,'Debian','',219,10737418240,409622,96,'frozen','[]','nyc3',1,'2026-11-24 20:44:08.071241');
INSERT INTO "images" VALUES(107,'snapshot','of 97',NULL,'Debian','',221,10737418240,409622,97,'frozen','[]','nyc3',1,'2026-11-24 20:44:09.074222');
INSERT INTO "images" VALUES(108,'snapshot','of 98',NULL,'Debian','',223,10737418240,409622,98,'frozen','[]','nyc3',1,'2026-11-24 20:44:09.202062');
INSERT INTO "images" VALUES(109,'snapshot','of 99',NULL,'Debian','',225,10737418240,409622,99,'frozen','[]','nyc3',1,'2026-11-24 20:44:09.297420');
INSERT INTO "images" VALUES(110,'snapshot','of 100',NULL,'Debian','',227,10737418240,409622,100,'frozen','[]','nyc3',1,'2026-11-24 20:44:09.406796');
INSERT INTO "images" VALUES(111,'snapshot','of 101',NULL,'Debian','',229,10737418240,409622,101,'frozen','[]','nyc3',1,'2026-11-24 20:44:09.721571');
INSERT INTO "images" VALUES(112,'snapshot','of 102',NULL,'Debian','',231,10737418240,409622,102,'frozen','[]','nyc3',1,'2026-11-24 20:44:10.064065');
INSERT INTO "images" VALUES(113,'snapshot','of 103',NULL,'Debian','',233,10737418240,409622,103,'frozen','[]','nyc3',1,'2026-11-24 20:44:10.171629');
INSERT INTO "images" VALUES(114,'snapshot','of 104',NULL,'Debian','',235,10737418240,409622,104,'frozen','[]','nyc3',1,'2026-11-24 20:44:10.317367');
INSERT INTO "images" VALUES(115,'snapshot','of 105',NULL,'Debian','',237,10737418240,409622,105,'frozen','[]','nyc3',1,'2026-11-24 20:44:10.481769');
INSERT INTO "images" VALUES(116,'base','Debian 12 (bookworm) x64','debian-12','Debian','Debian 12 (bookworm) x64',239,3221225472,204815,NULL,NULL,'[]','nyc3',1,'2026-11-24 20:44:10.504505');
INSERT INTO "images" VALUES(117,'snapshot','of 106',NULL,'Debian','',240,10737418240,409622,106,'frozen','[]','nyc3',1,'2026-11-24 20:44:10.591330');
INSERT INTO "images" VALUES(119,'snapshot','of 107',NULL,'Debian','',243,10737418240,409622,107,'frozen','[]','nyc3',1,'2026-11-24 20:44:10.701753');
INSERT INTO "images" VALUES(120,'base','Debian 12 (bookworm) x64',NULL,'Debian','Debian 12 (bookworm) x64',245,3221225472,0,NULL,NULL,'[]','nyc3',0,'2026-11-24 20:44:10.721662');
INSERT INTO "images" VALUES(121,'snapshot','of 108',NULL,'Debian','',246,10737418240,409622,108,'frozen','[]','nyc3',1,'2026-11-24 20:44:10.992105');
INSERT INTO "images" VALUES(122,'base','Dew micro: Debian''s kernel and busybox, for tests and first tries',NULL,'Debian','Dew micro: Debian''s kernel and busybox, for tests and first tries',248,1073741824,0,NULL,NULL,'[]','nyc3',0,'2026-11-24 20:44:11.013898');
INSERT INTO "images" VALUES(123,'snapshot','of 109',NULL,'Debian','',249,10737418240,409622,109,'frozen','[]','nyc3',1,'2026-11-24 20:44:11.106281');
INSERT INTO "images" VALUES(124,'snapshot','of 110',NULL,'Debian','',251,10737418240,409622,110,'frozen','[]','nyc3',1,'2026-11-24 20:44:11.191623');
INSERT INTO "images" VALUES(125,'snapshot','of 111',NULL,'Debian','',253,10737418240,409622,111,'frozen','[]','nyc3',1,'2026-11-24 20:44:11.293857');
INSERT INTO "images" VALUES(126,'snapshot','of 112',NULL,'Debian','',255,10737418240,409622,112,'frozen','[]','nyc3',1,'2026-11-24 20:44:11.387608');
INSERT INTO "images" VALUES(129,'snapshot','of 115',NULL,'Debian','',261,10737418240,409622,115,'frozen','[]','nyc3',0,'2026-11-24 20:44:11.790600');
INSERT INTO "images" VALUES(130,'snapshot','of 116',NULL,'Debian','',263,10737418240,409622,116,'frozen','[]','nyc3',0,'2026-11-24 20:44:11.876987');
CREATE TABLE keys (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	name VARCHAR(255) NOT NULL, 
	fingerprint VARCHAR(64) NOT NULL, 
	public_key TEXT NOT NULL, 
	created_at DATETIME NOT NULL, 
	CONSTRAINT uq_keys_fingerprint UNIQUE (fingerprint)
);
CREATE TABLE layers (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	parent_id INTEGER, 
	disk_bytes INTEGER NOT NULL, 
	sealed_at DATETIME, 
	created_at DATETIME NOT NULL, 
	CONSTRAINT fk_layers_parent_id FOREIGN KEY(parent_id) REFERENCES layers (id)
);
INSERT INTO "layers" VALUES(1,NULL,3221225472,'2026-11-24 20:43:35.248022','2026-11-24 20:43:35.227035');
INSERT INTO "layers" VALUES(2,NULL,1073741824,'2026-11-24 20:43:35.270223','2026-11-24 20:43:35.255121');
INSERT INTO "layers" VALUES(3,1,10737418240,'2026-11-24 20:43:35.362892','2026-11-24 20:43:35.302190');
INSERT INTO "layers" VALUES(4,3,10737418240,NULL,'2026-11-24 20:43:35.346520');
INSERT INTO "layers" VALUES(5,3,10737418240,NULL,'2026-11-24 20:43:35.376619');
INSERT INTO "layers" VALUES(6,1,10737418240,'2026-11-24 20:43:35.738590','2026-11-24 20:43:35.646232');
INSERT INTO "layers" VALUES(7,6,10737418240,NULL,'2026-11-24 20:43:35.719687');
INSERT INTO "layers" VALUES(8,6,10737418240,NULL,'2026-11-24 20:43:35.756651');
INSERT INTO "layers" VALUES(9,1,10737418240,'2026-11-24 20:43:35.939786','2026-11-24 20:43:35.865203');
INSERT INTO "layers" VALUES(10,9,10737418240,NULL,'2026-11-24 20:43:35.922894');
INSERT INTO "layers" VALUES(11,9,10737418240,NULL,'2026-11-24 20:43:35.982529');
INSERT INTO "layers" VALUES(12,1,10737418240,'2026-11-24 20:43:36.071843','2026-11-24 20:43:36.005540');
INSERT INTO "layers" VALUES(13,12,10737418240,NULL,'2026-11-24 20:43:36.055803');
INSERT INTO "layers" VALUES(14,12,10737418240,NULL,'2026-11-24 20:43:36.089867');
INSERT INTO "layers" VALUES(15,1,10737418240,'2026-11-24 20:43:36.314879','2026-11-24 20:43:36.118398');
INSERT INTO "layers" VALUES(16,15,10737418240,NULL,'2026-11-24 20:43:36.202705');
INSERT INTO "layers" VALUES(17,15,10737418240,NULL,'2026-11-24 20:43:36.376710');
INSERT INTO "layers" VALUES(18,1,10737418240,'2026-11-24 20:43:36.551451','2026-11-24 20:43:36.494994');
INSERT INTO "layers" VALUES(19,18,10737418240,NULL,'2026-11-24 20:43:36.535881');
INSERT INTO "layers" VALUES(20,18,10737418240,NULL,'2026-11-24 20:43:36.585676');
INSERT INTO "layers" VALUES(21,1,10737418240,'2026-11-24 20:43:36.761868','2026-11-24 20:43:36.642801');
INSERT INTO "layers" VALUES(22,21,10737418240,NULL,'2026-11-24 20:43:36.742069');
INSERT INTO "layers" VALUES(23,21,10737418240,NULL,'2026-11-24 20:43:36.814708');
INSERT INTO "layers" VALUES(24,1,10737418240,'2026-11-24 20:43:37.150213','2026-11-24 20:43:37.058860');
INSERT INTO "layers" VALUES(25,24,10737418240,NULL,'2026-11-24 20:43:37.126704');
INSERT INTO "layers" VALUES(26,24,10737418240,NULL,'2026-11-24 20:43:37.210202');
INSERT INTO "layers" VALUES(27,1,10737418240,'2026-11-24 20:43:37.334157','2026-11-24 20:43:37.277012');
INSERT INTO "layers" VALUES(28,27,10737418240,NULL,'2026-11-24 20:43:37.318142');
INSERT INTO "layers" VALUES(29,27,10737418240,NULL,'2026-11-24 20:43:37.357231');
INSERT INTO "layers" VALUES(30,1,10737418240,'2026-11-24 20:43:37.496205','2026-11-24 20:43:37.436602');
INSERT INTO "layers" VALUES(31,30,10737418240,NULL,'2026-11-24 20:43:37.478259');
INSERT INTO "layers" VALUES(32,30,10737418240,NULL,'2026-11-24 20:43:37.530732');
INSERT INTO "layers" VALUES(33,1,10737418240,'2026-11-24 20:43:38.020117','2026-11-24 20:43:37.897574');
INSERT INTO "layers" VALUES(34,33,10737418240,NULL,'2026-11-24 20:43:37.983994');
INSERT INTO "layers" VALUES(35,33,10737418240,NULL,'2026-11-24 20:43:38.035156');
INSERT INTO "layers" VALUES(36,1,10737418240,'2026-11-24 20:43:38.310838','2026-11-24 20:43:38.123011');
INSERT INTO "layers" VALUES(37,36,10737418240,NULL,'2026-11-24 20:43:38.283374');
INSERT INTO "layers" VALUES(38,36,10737418240,NULL,'2026-11-24 20:43:38.336524');
INSERT INTO "layers" VALUES(39,1,10737418240,'2026-11-24 20:43:38.457256','2026-11-24 20:43:38.393229');
INSERT INTO "layers" VALUES(40,39,10737418240,NULL,'2026-11-24 20:43:38.441584');
INSERT INTO "layers" VALUES(41,39,10737418240,NULL,'2026-11-24 20:43:38.470666');
INSERT INTO "layers" VALUES(42,1,10737418240,'2026-11-24 20:43:38.614125','2026-11-24 20:43:38.534147');
INSERT INTO "layers" VALUES(43,42,10737418240,NULL,'2026-11-24 20:43:38.595241');
INSERT INTO "layers" VALUES(44,1,10737418240,'2026-11-24 20:43:38.743339','2026-11-24 20:43:38.665360');
INSERT INTO "layers" VALUES(45,44,10737418240,NULL,'2026-11-24 20:43:38.706374');
INSERT INTO "layers" VALUES(46,1,10737418240,'2026-11-24 20:43:39.305028','2026-11-24 20:43:38.925257');
INSERT INTO "layers" VALUES(47,46,10737418240,NULL,'2026-11-24 20:43:39.220321');
INSERT INTO "layers" VALUES(48,1,10737418240,'2026-11-24 20:43:39.793616','2026-11-24 20:43:39.552687');
INSERT INTO "layers" VALUES(49,48,10737418240,NULL,'2026-11-24 20:43:39.740694');
INSERT INTO "layers" VALUES(50,1,10737418240,'2026-11-24 20:43:39.972649','2026-11-24 20:43:39.888131');
INSERT INTO "layers" VALUES(51,50,10737418240,NULL,'2026-11-24 20:43:39.953679');
INSERT INTO "layers" VALUES(52,1,10737418240,'2026-11-24 20:43:40.092511','2026-11-24 20:43:40.035104');
INSERT INTO "layers" VALUES(53,52,10737418240,NULL,'2026-11-24 20:43:40.076988');
INSERT INTO "layers" VALUES(54,1,10737418240,'2026-11-24 20:43:40.349643','2026-11-24 20:43:40.218665');
INSERT INTO "layers" VALUES(55,54,10737418240,NULL,'2026-11-24 20:43:40.333168');
INSERT INTO "layers" VALUES(56,1,10737418240,'2026-11-24 20:43:41.665350','2026-11-24 20:43:41.400275');
INSERT INTO "layers" VALUES(57,56,10737418240,'2026-11-24 20:43:42.158384','2026-11-24 20:43:41.596529');
INSERT INTO "layers" VALUES(58,57,10737418240,NULL,'2026-11-24 20:43:41.945099');
INSERT INTO "layers" VALUES(59,1,10737418240,'2026-11-24 20:43:42.246822','2026-11-24 20:43:42.171502');
INSERT INTO "layers" VALUES(60,59,10737418240,NULL,'2026-11-24 20:43:42.230806');
INSERT INTO "layers" VALUES(61,60,10737418240,NULL,'2026-11-24 20:43:42.280016');
INSERT INTO "layers" VALUES(62,1,10737418240,'2026-11-24 20:43:42.493991','2026-11-24 20:43:42.338812');
INSERT INTO "layers" VALUES(63,62,10737418240,NULL,'2026-11-24 20:43:42.377757');
INSERT INTO "layers" VALUES(64,63,10737418240,NULL,'2026-11-24 20:43:42.825672');
INSERT INTO "layers" VALUES(65,1,10737418240,'2026-11-24 20:43:43.383248','2026-11-24 20:43:43.100519');
INSERT INTO "layers" VALUES(66,65,10737418240,NULL,'2026-11-24 20:43:43.367329');
INSERT INTO "layers" VALUES(67,66,10737418240,NULL,'2026-11-24 20:43:43.405034');
INSERT INTO "layers" VALUES(68,1,10737418240,'2026-11-24 20:43:43.549523','2026-11-24 20:43:43.432858');
INSERT INTO "layers" VALUES(69,68,10737418240,NULL,'2026-11-24 20:43:43.533384');
INSERT INTO "layers" VALUES(70,69,10737418240,NULL,'2026-11-24 20:43:43.574610');
INSERT INTO "layers" VALUES(71,1,10737418240,'2026-11-24 20:43:43.869845','2026-11-24 20:43:43.811671');
INSERT INTO "layers" VALUES(72,71,10737418240,NULL,'2026-11-24 20:43:43.852230');
INSERT INTO "layers" VALUES(73,72,10737418240,NULL,'2026-11-24 20:43:43.892302');
INSERT INTO "layers" VALUES(74,1,10737418240,'2026-11-24 20:43:44.022839','2026-11-24 20:43:43.963229');
INSERT INTO "layers" VALUES(75,74,10737418240,NULL,'2026-11-24 20:43:44.005300');
INSERT INTO "layers" VALUES(76,75,10737418240,NULL,'2026-11-24 20:43:44.063607');
INSERT INTO "layers" VALUES(77,1,10737418240,'2026-11-24 20:43:45.221874','2026-11-24 20:43:44.808920');
INSERT INTO "layers" VALUES(78,77,10737418240,'2026-11-24 20:43:45.275714','2026-11-24 20:43:45.181024');
INSERT INTO "layers" VALUES(79,78,10737418240,NULL,'2026-11-24 20:43:45.248841');
INSERT INTO "layers" VALUES(80,1,10737418240,'2026-11-24 20:43:45.370450','2026-11-24 20:43:45.295736');
INSERT INTO "layers" VALUES(81,80,10737418240,NULL,'2026-11-24 20:43:45.352947');
INSERT INTO "layers" VALUES(82,81,10737418240,NULL,'2026-11-24 20:43:45.400451');
INSERT INTO "layers" VALUES(83,1,10737418240,'2026-11-24 20:43:45.494611','2026-11-24 20:43:45.431261');
INSERT INTO "layers" VALUES(84,83,10737418240,NULL,'2026-11-24 20:43:45.478517');
INSERT INTO "layers" VALUES(85,84,10737418240,NULL,'2026-11-24 20:43:45.520499');
INSERT INTO "layers" VALUES(86,1,10737418240,'2026-11-24 20:43:45.596116','2026-11-24 20:43:45.538783');
INSERT INTO "layers" VALUES(87,86,10737418240,NULL,'2026-11-24 20:43:45.580174');
INSERT INTO "layers" VALUES(88,87,10737418240,NULL,'2026-11-24 20:43:45.642144');
INSERT INTO "layers" VALUES(89,1,10737418240,'2026-11-24 20:43:45.730730','2026-11-24 20:43:45.675120');
INSERT INTO "layers" VALUES(90,89,10737418240,NULL,'2026-11-24 20:43:45.715064');
INSERT INTO "layers" VALUES(91,90,10737418240,NULL,'2026-11-24 20:43:45.781238');
INSERT INTO "layers" VALUES(92,1,10737418240,'2026-11-24 20:43:45.878104','2026-11-24 20:43:45.821487');
INSERT INTO "layers" VALUES(93,92,10737418240,NULL,'2026-11-24 20:43:45.862451');
INSERT INTO "layers" VALUES(94,93,10737418240,NULL,'2026-11-24 20:43:45.919515');
INSERT INTO "layers" VALUES(95,1,10737418240,'2026-11-24 20:43:46.234201','2026-11-24 20:43:45.992495');
INSERT INTO "layers" VALUES(96,95,10737418240,NULL,'2026-11-24 20:43:46.168891');
INSERT INTO "layers" VALUES(97,96,10737418240,NULL,'2026-11-24 20:43:46.444377');
INSERT INTO "layers" VALUES(98,1,10737418240,'2026-11-24 20:43:47.805230','2026-11-24 20:43:47.601381');
INSERT INTO "layers" VALUES(99,98,10737418240,'2026-11-24 20:43:47.921426','2026-11-24 20:43:47.789191');
INSERT INTO "layers" VALUES(100,99,10737418240,NULL,'2026-11-24 20:43:47.900953');
INSERT INTO "layers" VALUES(101,1,10737418240,'2026-11-24 20:43:48.411413','2026-11-24 20:43:47.936133');
INSERT INTO "layers" VALUES(102,101,10737418240,NULL,'2026-11-24 20:43:48.353717');
INSERT INTO "layers" VALUES(103,102,10737418240,NULL,'2026-11-24 20:43:48.606866');
INSERT INTO "layers" VALUES(104,1,10737418240,'2026-11-24 20:43:48.789611','2026-11-24 20:43:48.720156');
INSERT INTO "layers" VALUES(105,104,10737418240,NULL,'2026-11-24 20:43:48.773819');
INSERT INTO "layers" VALUES(106,105,10737418240,NULL,'2026-11-24 20:43:48.830151');
INSERT INTO "layers" VALUES(107,1,10737418240,'2026-11-24 20:43:49.058139','2026-11-24 20:43:48.850632');
INSERT INTO "layers" VALUES(108,107,10737418240,NULL,'2026-11-24 20:43:49.041302');
INSERT INTO "layers" VALUES(109,108,10737418240,NULL,'2026-11-24 20:43:49.112381');
INSERT INTO "layers" VALUES(110,1,10737418240,'2026-11-24 20:43:49.522237','2026-11-24 20:43:49.318198');
INSERT INTO "layers" VALUES(111,110,10737418240,NULL,'2026-11-24 20:43:49.496851');
INSERT INTO "layers" VALUES(112,111,10737418240,NULL,'2026-11-24 20:43:49.971476');
INSERT INTO "layers" VALUES(113,1,10737418240,'2026-11-24 20:43:50.780869','2026-11-24 20:43:50.700959');
INSERT INTO "layers" VALUES(114,113,10737418240,NULL,'2026-11-24 20:43:50.764672');
INSERT INTO "layers" VALUES(115,114,10737418240,NULL,'2026-11-24 20:43:50.798121');
INSERT INTO "layers" VALUES(116,1,10737418240,'2026-11-24 20:43:51.072179','2026-11-24 20:43:51.011556');
INSERT INTO "layers" VALUES(117,116,10737418240,NULL,'2026-11-24 20:43:51.056000');
INSERT INTO "layers" VALUES(118,117,10737418240,NULL,'2026-11-24 20:43:51.089886');
INSERT INTO "layers" VALUES(119,1,10737418240,'2026-11-24 20:43:52.242929','2026-11-24 20:43:52.184005');
INSERT INTO "layers" VALUES(120,119,10737418240,NULL,'2026-11-24 20:43:52.226833');
INSERT INTO "layers" VALUES(121,119,10737418240,NULL,'2026-11-24 20:43:52.260294');
INSERT INTO "layers" VALUES(122,1,10737418240,'2026-11-24 20:43:53.339511','2026-11-24 20:43:53.236270');
INSERT INTO "layers" VALUES(123,122,10737418240,NULL,'2026-11-24 20:43:53.288673');
INSERT INTO "layers" VALUES(124,122,10737418240,NULL,'2026-11-24 20:43:53.374048');
INSERT INTO "layers" VALUES(125,1,10737418240,'2026-11-24 20:43:53.826585','2026-11-24 20:43:53.632451');
INSERT INTO "layers" VALUES(126,125,10737418240,NULL,'2026-11-24 20:43:53.797037');
INSERT INTO "layers" VALUES(127,125,10737418240,NULL,'2026-11-24 20:43:54.418676');
INSERT INTO "layers" VALUES(128,1,10737418240,'2026-11-24 20:43:54.580677','2026-11-24 20:43:54.484457');
INSERT INTO "layers" VALUES(129,128,10737418240,NULL,'2026-11-24 20:43:54.563172');
INSERT INTO "layers" VALUES(130,128,10737418240,NULL,'2026-11-24 20:43:54.596413');
INSERT INTO "layers" VALUES(131,1,10737418240,'2026-11-24 20:43:54.878676','2026-11-24 20:43:54.819123');
INSERT INTO "layers" VALUES(132,131,10737418240,NULL,'2026-11-24 20:43:54.862390');
INSERT INTO "layers" VALUES(133,131,10737418240,NULL,'2026-11-24 20:43:54.894841');
INSERT INTO "layers" VALUES(134,1,10737418240,'2026-11-24 20:43:55.184977','2026-11-24 20:43:55.120581');
INSERT INTO "layers" VALUES(135,134,10737418240,NULL,'2026-11-24 20:43:55.168719');
INSERT INTO "layers" VALUES(136,134,10737418240,NULL,'2026-11-24 20:43:55.225356');
INSERT INTO "layers" VALUES(137,1,10737418240,'2026-11-24 20:43:55.593391','2026-11-24 20:43:55.497674');
INSERT INTO "layers" VALUES(138,137,10737418240,NULL,'2026-11-24 20:43:55.576316');
INSERT INTO "layers" VALUES(139,137,10737418240,NULL,'2026-11-24 20:43:55.626544');
INSERT INTO "layers" VALUES(140,1,10737418240,'2026-11-24 20:43:55.953940','2026-11-24 20:43:55.885740');
INSERT INTO "layers" VALUES(141,140,10737418240,NULL,'2026-11-24 20:43:55.937284');
INSERT INTO "layers" VALUES(142,140,10737418240,NULL,'2026-11-24 20:43:56.166349');
INSERT INTO "layers" VALUES(143,1,10737418240,'2026-11-24 20:43:56.544431','2026-11-24 20:43:56.486626');
INSERT INTO "layers" VALUES(144,143,10737418240,NULL,'2026-11-24 20:43:56.528499');
INSERT INTO "layers" VALUES(145,143,10737418240,NULL,'2026-11-24 20:43:56.610171');
INSERT INTO "layers" VALUES(146,1,10737418240,'2026-11-24 20:43:57.830305','2026-11-24 20:43:57.768942');
INSERT INTO "layers" VALUES(147,146,10737418240,NULL,'2026-11-24 20:43:57.812818');
INSERT INTO "layers" VALUES(148,146,10737418240,NULL,'2026-11-24 20:43:58.025092');
INSERT INTO "layers" VALUES(149,1,10737418240,'2026-11-24 20:43:58.142434','2026-11-24 20:43:58.069487');
INSERT INTO "layers" VALUES(150,149,10737418240,NULL,'2026-11-24 20:43:58.126201');
INSERT INTO "layers" VALUES(151,149,10737418240,NULL,'2026-11-24 20:43:58.172678');
INSERT INTO "layers" VALUES(152,1,10737418240,'2026-11-24 20:43:58.370595','2026-11-24 20:43:58.208534');
INSERT INTO "layers" VALUES(153,152,10737418240,NULL,'2026-11-24 20:43:58.354746');
INSERT INTO "layers" VALUES(154,152,10737418240,NULL,'2026-11-24 20:43:58.396720');
INSERT INTO "layers" VALUES(155,1,10737418240,'2026-11-24 20:43:58.497554','2026-11-24 20:43:58.433518');
INSERT INTO "layers" VALUES(156,155,10737418240,NULL,'2026-11-24 20:43:58.481318');
INSERT INTO "layers" VALUES(157,155,10737418240,NULL,'2026-11-24 20:43:58.546885');
INSERT INTO "layers" VALUES(158,1,10737418240,'2026-11-24 20:43:58.630616','2026-11-24 20:43:58.570550');
INSERT INTO "layers" VALUES(159,158,10737418240,NULL,'2026-11-24 20:43:58.614650');
INSERT INTO "layers" VALUES(160,158,10737418240,NULL,'2026-11-24 20:43:58.699856');
INSERT INTO "layers" VALUES(161,1,10737418240,'2026-11-24 20:43:58.857359','2026-11-24 20:43:58.734917');
INSERT INTO "layers" VALUES(162,161,10737418240,NULL,'2026-11-24 20:43:58.840292');
INSERT INTO "layers" VALUES(163,161,10737418240,NULL,'2026-11-24 20:43:58.946542');
INSERT INTO "layers" VALUES(164,1,10737418240,'2026-11-24 20:43:59.129804','2026-11-24 20:43:59.070101');
INSERT INTO "layers" VALUES(165,164,10737418240,NULL,'2026-11-24 20:43:59.113335');
INSERT INTO "layers" VALUES(166,164,10737418240,NULL,'2026-11-24 20:43:59.162637');
INSERT INTO "layers" VALUES(167,1,10737418240,'2026-11-24 20:43:59.312443','2026-11-24 20:43:59.193363');
INSERT INTO "layers" VALUES(168,167,10737418240,NULL,'2026-11-24 20:43:59.295504');
INSERT INTO "layers" VALUES(169,167,10737418240,NULL,'2026-11-24 20:43:59.404799');
INSERT INTO "layers" VALUES(170,1,10737418240,'2026-11-24 20:43:59.502786','2026-11-24 20:43:59.436977');
INSERT INTO "layers" VALUES(171,170,10737418240,NULL,'2026-11-24 20:43:59.485171');
INSERT INTO "layers" VALUES(172,170,10737418240,NULL,'2026-11-24 20:43:59.530230');
INSERT INTO "layers" VALUES(173,1,10737418240,'2026-11-24 20:44:01.070140','2026-11-24 20:44:00.904856');
INSERT INTO "layers" VALUES(174,173,10737418240,NULL,'2026-11-24 20:44:01.040646');
INSERT INTO "layers" VALUES(175,1,10737418240,'2026-11-24 20:44:01.194626','2026-11-24 20:44:01.122287');
INSERT INTO "layers" VALUES(176,175,10737418240,NULL,'2026-11-24 20:44:01.178502');
INSERT INTO "layers" VALUES(177,1,10737418240,'2026-11-24 20:44:02.280962','2026-11-24 20:44:01.289516');
INSERT INTO "layers" VALUES(178,177,10737418240,NULL,'2026-11-24 20:44:02.233737');
INSERT INTO "layers" VALUES(179,1,10737418240,'2026-11-24 20:44:02.498486','2026-11-24 20:44:02.426577');
INSERT INTO "layers" VALUES(180,179,10737418240,NULL,'2026-11-24 20:44:02.470619');
INSERT INTO "layers" VALUES(181,1,10737418240,'2026-11-24 20:44:02.689454','2026-11-24 20:44:02.570867');
INSERT INTO "layers" VALUES(182,181,10737418240,NULL,'2026-11-24 20:44:02.672448');
INSERT INTO "layers" VALUES(183,1,10737418240,'2026-11-24 20:44:02.833685','2026-11-24 20:44:02.739414');
INSERT INTO "layers" VALUES(184,183,10737418240,NULL,'2026-11-24 20:44:02.816832');
INSERT INTO "layers" VALUES(185,1,10737418240,'2026-11-24 20:44:02.928418','2026-11-24 20:44:02.869540');
INSERT INTO "layers" VALUES(186,185,10737418240,NULL,'2026-11-24 20:44:02.912322');
INSERT INTO "layers" VALUES(187,1,10737418240,'2026-11-24 20:44:03.096197','2026-11-24 20:44:02.982093');
INSERT INTO "layers" VALUES(188,187,10737418240,NULL,'2026-11-24 20:44:03.080026');
INSERT INTO "layers" VALUES(189,1,10737418240,'2026-11-24 20:44:03.331629','2026-11-24 20:44:03.255832');
INSERT INTO "layers" VALUES(190,189,10737418240,NULL,'2026-11-24 20:44:03.315022');
INSERT INTO "layers" VALUES(191,1,10737418240,'2026-11-24 20:44:03.502220','2026-11-24 20:44:03.370133');
INSERT INTO "layers" VALUES(192,191,10737418240,NULL,'2026-11-24 20:44:03.485581');
INSERT INTO "layers" VALUES(193,1,10737418240,'2026-11-24 20:44:03.801984','2026-11-24 20:44:03.742371');
INSERT INTO "layers" VALUES(194,193,10737418240,NULL,'2026-11-24 20:44:03.785969');
INSERT INTO "layers" VALUES(195,1,10737418240,'2026-11-24 20:44:03.914180','2026-11-24 20:44:03.855192');
INSERT INTO "layers" VALUES(196,195,10737418240,NULL,'2026-11-24 20:44:03.897977');
INSERT INTO "layers" VALUES(197,1,10737418240,'2026-11-24 20:44:04.219290','2026-11-24 20:44:04.149099');
INSERT INTO "layers" VALUES(198,197,10737418240,NULL,'2026-11-24 20:44:04.203410');
INSERT INTO "layers" VALUES(199,1,10737418240,'2026-11-24 20:44:05.008269','2026-11-24 20:44:04.296188');
INSERT INTO "layers" VALUES(200,199,10737418240,NULL,'2026-11-24 20:44:04.991624');
INSERT INTO "layers" VALUES(201,1,10737418240,'2026-11-24 20:44:05.142873','2026-11-24 20:44:05.063104');
INSERT INTO "layers" VALUES(202,201,10737418240,NULL,'2026-11-24 20:44:05.108422');
INSERT INTO "layers" VALUES(203,1,10737418240,'2026-11-24 20:44:05.565799','2026-11-24 20:44:05.493820');
INSERT INTO "layers" VALUES(204,203,10737418240,NULL,'2026-11-24 20:44:05.537675');
INSERT INTO "layers" VALUES(205,1,10737418240,'2026-11-24 20:44:05.920966','2026-11-24 20:44:05.853295');
INSERT INTO "layers" VALUES(206,205,10737418240,NULL,'2026-11-24 20:44:05.904904');
INSERT INTO "layers" VALUES(207,1,10737418240,'2026-11-24 20:44:06.215700','2026-11-24 20:44:06.154328');
INSERT INTO "layers" VALUES(208,207,10737418240,NULL,'2026-11-24 20:44:06.199020');
INSERT INTO "layers" VALUES(209,1,10737418240,'2026-11-24 20:44:06.555692','2026-11-24 20:44:06.497803');
INSERT INTO "layers" VALUES(210,209,10737418240,NULL,'2026-11-24 20:44:06.539896');
INSERT INTO "layers" VALUES(211,1,10737418240,'2026-11-24 20:44:06.892408','2026-11-24 20:44:06.803859');
INSERT INTO "layers" VALUES(212,211,10737418240,NULL,'2026-11-24 20:44:06.875990');
INSERT INTO "layers" VALUES(213,1,10737418240,'2026-11-24 20:44:07.206943','2026-11-24 20:44:07.138451');
INSERT INTO "layers" VALUES(214,213,10737418240,NULL,'2026-11-24 20:44:07.190736');
INSERT INTO "layers" VALUES(215,1,10737418240,'2026-11-24 20:44:07.756737','2026-11-24 20:44:07.650593');
INSERT INTO "layers" VALUES(216,215,10737418240,NULL,'2026-11-24 20:44:07.740118');
INSERT INTO "layers" VALUES(217,1,10737418240,'2026-11-24 20:44:07.933890','2026-11-24 20:44:07.874216');
INSERT INTO "layers" VALUES(218,217,10737418240,NULL,'2026-11-24 20:44:07.917909');
INSERT INTO "layers" VALUES(219,1,10737418240,'2026-11-24 20:44:08.077014','2026-11-24 20:44:08.018754');
INSERT INTO "layers" VALUES(220,219,10737418240,NULL,'2026-11-24 20:44:08.060728');
INSERT INTO "layers" VALUES(221,1,10737418240,'2026-11-24 20:44:09.079889','2026-11-24 20:44:08.161347');
INSERT INTO "layers" VALUES(222,221,10737418240,NULL,'2026-11-24 20:44:09.064008');
INSERT INTO "layers" VALUES(223,1,10737418240,'2026-11-24 20:44:09.208245','2026-11-24 20:44:09.143569');
INSERT INTO "layers" VALUES(224,223,10737418240,NULL,'2026-11-24 20:44:09.191874');
INSERT INTO "layers" VALUES(225,1,10737418240,'2026-11-24 20:44:09.303351','2026-11-24 20:44:09.245015');
INSERT INTO "layers" VALUES(226,225,10737418240,NULL,'2026-11-24 20:44:09.286523');
INSERT INTO "layers" VALUES(227,1,10737418240,'2026-11-24 20:44:09.412516','2026-11-24 20:44:09.354565');
INSERT INTO "layers" VALUES(228,227,10737418240,NULL,'2026-11-24 20:44:09.396542');
INSERT INTO "layers" VALUES(229,1,10737418240,'2026-11-24 20:44:09.727534','2026-11-24 20:44:09.668080');
INSERT INTO "layers" VALUES(230,229,10737418240,NULL,'2026-11-24 20:44:09.710768');
INSERT INTO "layers" VALUES(231,1,10737418240,'2026-11-24 20:44:10.069751','2026-11-24 20:44:09.979296');
INSERT INTO "layers" VALUES(232,231,10737418240,NULL,'2026-11-24 20:44:10.053289');
INSERT INTO "layers" VALUES(233,1,10737418240,'2026-11-24 20:44:10.177922','2026-11-24 20:44:10.116421');
INSERT INTO "layers" VALUES(234,233,10737418240,NULL,'2026-11-24 20:44:10.161118');
INSERT INTO "layers" VALUES(235,1,10737418240,'2026-11-24 20:44:10.323160','2026-11-24 20:44:10.236828');
INSERT INTO "layers" VALUES(236,235,10737418240,NULL,'2026-11-24 20:44:10.293262');
INSERT INTO "layers" VALUES(237,1,10737418240,'2026-11-24 20:44:10.490109','2026-11-24 20:44:10.358889');
INSERT INTO "layers" VALUES(238,237,10737418240,NULL,'2026-11-24 20:44:10.445338');
INSERT INTO "layers" VALUES(239,NULL,3221225472,'2026-11-24 20:44:10.521317','2026-11-24 20:44:10.503831');
INSERT INTO "layers" VALUES(240,1,10737418240,'2026-11-24 20:44:10.597291','2026-11-24 20:44:10.536311');
INSERT INTO "layers" VALUES(241,240,10737418240,NULL,'2026-11-24 20:44:10.581033');
INSERT INTO "layers" VALUES(242,NULL,3221225472,NULL,'2026-11-24 20:44:10.609982');
INSERT INTO "layers" VALUES(243,1,10737418240,'2026-11-24 20:44:10.707407','2026-11-24 20:44:10.648719');
INSERT INTO "layers" VALUES(244,243,10737418240,NULL,'2026-11-24 20:44:10.691323');
INSERT INTO "layers" VALUES(245,NULL,3221225472,NULL,'2026-11-24 20:44:10.721117');
INSERT INTO "layers" VALUES(246,1,10737418240,'2026-11-24 20:44:10.997807','2026-11-24 20:44:10.743263');
INSERT INTO "layers" VALUES(247,246,10737418240,NULL,'2026-11-24 20:44:10.980987');
INSERT INTO "layers" VALUES(248,NULL,1073741824,NULL,'2026-11-24 20:44:11.013300');
INSERT INTO "layers" VALUES(249,1,10737418240,'2026-11-24 20:44:11.111886','2026-11-24 20:44:11.043109');
INSERT INTO "layers" VALUES(250,249,10737418240,NULL,'2026-11-24 20:44:11.095408');
INSERT INTO "layers" VALUES(251,1,10737418240,'2026-11-24 20:44:11.197507','2026-11-24 20:44:11.138299');
INSERT INTO "layers" VALUES(252,251,10737418240,NULL,'2026-11-24 20:44:11.181551');
INSERT INTO "layers" VALUES(253,1,10737418240,'2026-11-24 20:44:11.299566','2026-11-24 20:44:11.230053');
INSERT INTO "layers" VALUES(254,253,10737418240,NULL,'2026-11-24 20:44:11.282438');
INSERT INTO "layers" VALUES(255,1,10737418240,'2026-11-24 20:44:11.393553','2026-11-24 20:44:11.334605');
INSERT INTO "layers" VALUES(256,255,10737418240,NULL,'2026-11-24 20:44:11.377711');
INSERT INTO "layers" VALUES(257,1,10737418240,'2026-11-24 20:44:11.532690','2026-11-24 20:44:11.419210');
INSERT INTO "layers" VALUES(258,257,10737418240,NULL,'2026-11-24 20:44:11.512120');
INSERT INTO "layers" VALUES(259,1,10737418240,'2026-11-24 20:44:11.702688','2026-11-24 20:44:11.566131');
INSERT INTO "layers" VALUES(260,259,10737418240,NULL,'2026-11-24 20:44:11.662211');
INSERT INTO "layers" VALUES(261,1,10737418240,'2026-11-24 20:44:11.796732','2026-11-24 20:44:11.735221');
INSERT INTO "layers" VALUES(262,261,10737418240,NULL,'2026-11-24 20:44:11.780187');
INSERT INTO "layers" VALUES(263,1,10737418240,'2026-11-24 20:44:11.882720','2026-11-24 20:44:11.823110');
INSERT INTO "layers" VALUES(264,263,10737418240,NULL,'2026-11-24 20:44:11.866280');
CREATE TABLE locks (
	resource_type VARCHAR(16) NOT NULL, 
	resource_id INTEGER NOT NULL, 
	action_id INTEGER NOT NULL, 
	CONSTRAINT pk_locks PRIMARY KEY (resource_type, resource_id), 
	CONSTRAINT fk_locks_action_id FOREIGN KEY(action_id) REFERENCES actions (id)
);
INSERT INTO "locks" VALUES('droplet',6,11);
INSERT INTO "locks" VALUES('droplet',8,14);
INSERT INTO "locks" VALUES('droplet',10,17);
INSERT INTO "locks" VALUES('droplet',12,20);
INSERT INTO "locks" VALUES('droplet',14,23);
INSERT INTO "locks" VALUES('droplet',16,26);
INSERT INTO "locks" VALUES('droplet',18,29);
INSERT INTO "locks" VALUES('droplet',20,32);
INSERT INTO "locks" VALUES('droplet',22,35);
INSERT INTO "locks" VALUES('droplet',24,38);
INSERT INTO "locks" VALUES('droplet',29,50);
INSERT INTO "locks" VALUES('droplet',30,53);
INSERT INTO "locks" VALUES('droplet',31,56);
INSERT INTO "locks" VALUES('droplet',32,59);
INSERT INTO "locks" VALUES('droplet',33,62);
INSERT INTO "locks" VALUES('droplet',36,71);
INSERT INTO "locks" VALUES('droplet',37,74);
INSERT INTO "locks" VALUES('droplet',38,77);
INSERT INTO "locks" VALUES('droplet',39,80);
INSERT INTO "locks" VALUES('droplet',40,83);
INSERT INTO "locks" VALUES('droplet',43,95);
INSERT INTO "locks" VALUES('droplet',44,99);
INSERT INTO "locks" VALUES('droplet',45,103);
INSERT INTO "locks" VALUES('droplet',46,107);
INSERT INTO "locks" VALUES('droplet',47,111);
INSERT INTO "locks" VALUES('droplet',50,120);
INSERT INTO "locks" VALUES('droplet',51,123);
INSERT INTO "locks" VALUES('droplet',52,126);
INSERT INTO "locks" VALUES('droplet',53,129);
INSERT INTO "locks" VALUES('droplet',54,132);
INSERT INTO "locks" VALUES('droplet',57,141);
INSERT INTO "locks" VALUES('droplet',58,144);
INSERT INTO "locks" VALUES('droplet',59,147);
INSERT INTO "locks" VALUES('droplet',60,150);
INSERT INTO "locks" VALUES('droplet',61,153);
INSERT INTO "locks" VALUES('droplet',62,156);
INSERT INTO "locks" VALUES('droplet',63,159);
INSERT INTO "locks" VALUES('droplet',66,171);
INSERT INTO "locks" VALUES('droplet',67,175);
INSERT INTO "locks" VALUES('droplet',68,179);
INSERT INTO "locks" VALUES('droplet',69,183);
INSERT INTO "locks" VALUES('droplet',70,187);
INSERT INTO "locks" VALUES('droplet',71,191);
INSERT INTO "locks" VALUES('droplet',72,195);
INSERT INTO "locks" VALUES('droplet',75,207);
INSERT INTO "locks" VALUES('droplet',76,211);
INSERT INTO "locks" VALUES('droplet',80,224);
INSERT INTO "locks" VALUES('droplet',84,236);
INSERT INTO "locks" VALUES('droplet',85,239);
INSERT INTO "locks" VALUES('droplet',89,251);
INSERT INTO "locks" VALUES('droplet',90,254);
INSERT INTO "locks" VALUES('droplet',91,257);
INSERT INTO "locks" VALUES('droplet',92,260);
INSERT INTO "locks" VALUES('droplet',96,272);
INSERT INTO "locks" VALUES('droplet',97,275);
INSERT INTO "locks" VALUES('droplet',98,278);
INSERT INTO "locks" VALUES('droplet',99,281);
INSERT INTO "locks" VALUES('droplet',103,293);
INSERT INTO "locks" VALUES('image',120,305);
INSERT INTO "locks" VALUES('image',122,308);
INSERT INTO "locks" VALUES('image',129,325);
INSERT INTO "locks" VALUES('image',130,328);
CREATE TABLE tokens (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	name VARCHAR(255) NOT NULL, 
	digest VARCHAR(64) NOT NULL, 
	scopes JSON NOT NULL, 
	created_at DATETIME NOT NULL, 
	last_used_at DATETIME, 
	revoked_at DATETIME, 
	CONSTRAINT uq_tokens_digest UNIQUE (digest)
);
CREATE TABLE volumes (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	layer_id INTEGER NOT NULL, 
	retired_at DATETIME, 
	CONSTRAINT fk_volumes_layer_id FOREIGN KEY(layer_id) REFERENCES layers (id)
);
INSERT INTO "volumes" VALUES(1,4,NULL);
INSERT INTO "volumes" VALUES(2,5,NULL);
INSERT INTO "volumes" VALUES(3,7,NULL);
INSERT INTO "volumes" VALUES(5,10,NULL);
INSERT INTO "volumes" VALUES(6,11,NULL);
INSERT INTO "volumes" VALUES(7,13,NULL);
INSERT INTO "volumes" VALUES(8,14,NULL);
INSERT INTO "volumes" VALUES(9,16,NULL);
INSERT INTO "volumes" VALUES(10,17,NULL);
INSERT INTO "volumes" VALUES(11,19,NULL);
INSERT INTO "volumes" VALUES(12,20,NULL);
INSERT INTO "volumes" VALUES(13,22,NULL);
INSERT INTO "volumes" VALUES(14,23,NULL);
INSERT INTO "volumes" VALUES(15,25,NULL);
INSERT INTO "volumes" VALUES(16,26,NULL);
INSERT INTO "volumes" VALUES(17,28,NULL);
INSERT INTO "volumes" VALUES(18,29,NULL);
INSERT INTO "volumes" VALUES(19,31,NULL);
INSERT INTO "volumes" VALUES(20,32,NULL);
INSERT INTO "volumes" VALUES(21,34,NULL);
INSERT INTO "volumes" VALUES(22,35,NULL);
INSERT INTO "volumes" VALUES(23,37,NULL);
INSERT INTO "volumes" VALUES(24,38,NULL);
INSERT INTO "volumes" VALUES(25,40,NULL);
INSERT INTO "volumes" VALUES(29,47,NULL);
INSERT INTO "volumes" VALUES(30,49,NULL);
INSERT INTO "volumes" VALUES(31,51,NULL);
INSERT INTO "volumes" VALUES(34,58,NULL);
INSERT INTO "volumes" VALUES(35,60,NULL);
INSERT INTO "volumes" VALUES(36,63,NULL);
INSERT INTO "volumes" VALUES(37,66,NULL);
INSERT INTO "volumes" VALUES(38,70,NULL);
INSERT INTO "volumes" VALUES(39,72,NULL);
INSERT INTO "volumes" VALUES(40,76,NULL);
INSERT INTO "volumes" VALUES(41,79,NULL);
INSERT INTO "volumes" VALUES(42,81,NULL);
INSERT INTO "volumes" VALUES(43,84,NULL);
INSERT INTO "volumes" VALUES(44,87,NULL);
INSERT INTO "volumes" VALUES(45,91,NULL);
INSERT INTO "volumes" VALUES(46,93,NULL);
INSERT INTO "volumes" VALUES(47,97,NULL);
INSERT INTO "volumes" VALUES(48,100,NULL);
INSERT INTO "volumes" VALUES(49,102,NULL);
INSERT INTO "volumes" VALUES(50,105,NULL);
INSERT INTO "volumes" VALUES(51,108,NULL);
INSERT INTO "volumes" VALUES(52,112,NULL);
INSERT INTO "volumes" VALUES(53,114,NULL);
INSERT INTO "volumes" VALUES(54,118,NULL);
INSERT INTO "volumes" VALUES(55,120,'2026-11-24 20:43:52.610749');
INSERT INTO "volumes" VALUES(56,121,NULL);
INSERT INTO "volumes" VALUES(57,123,NULL);
INSERT INTO "volumes" VALUES(58,126,NULL);
INSERT INTO "volumes" VALUES(59,129,NULL);
INSERT INTO "volumes" VALUES(60,132,NULL);
INSERT INTO "volumes" VALUES(61,135,'2026-11-24 20:43:55.457930');
INSERT INTO "volumes" VALUES(62,136,NULL);
INSERT INTO "volumes" VALUES(63,138,NULL);
INSERT INTO "volumes" VALUES(64,141,NULL);
INSERT INTO "volumes" VALUES(65,144,'2026-11-24 20:43:56.839763');
INSERT INTO "volumes" VALUES(66,145,NULL);
INSERT INTO "volumes" VALUES(67,147,'2026-11-24 20:43:58.039333');
INSERT INTO "volumes" VALUES(68,148,NULL);
INSERT INTO "volumes" VALUES(69,150,NULL);
INSERT INTO "volumes" VALUES(70,153,NULL);
INSERT INTO "volumes" VALUES(71,156,NULL);
INSERT INTO "volumes" VALUES(72,159,NULL);
INSERT INTO "volumes" VALUES(73,162,'2026-11-24 20:43:58.966627');
INSERT INTO "volumes" VALUES(74,163,NULL);
INSERT INTO "volumes" VALUES(75,165,NULL);
INSERT INTO "volumes" VALUES(76,168,NULL);
INSERT INTO "volumes" VALUES(77,171,'2026-11-24 20:43:59.544228');
INSERT INTO "volumes" VALUES(78,172,NULL);
INSERT INTO "volumes" VALUES(79,174,NULL);
INSERT INTO "volumes" VALUES(80,176,NULL);
INSERT INTO "volumes" VALUES(81,178,NULL);
INSERT INTO "volumes" VALUES(82,180,NULL);
INSERT INTO "volumes" VALUES(83,182,NULL);
INSERT INTO "volumes" VALUES(84,184,NULL);
INSERT INTO "volumes" VALUES(85,186,NULL);
INSERT INTO "volumes" VALUES(86,188,NULL);
INSERT INTO "volumes" VALUES(87,190,NULL);
INSERT INTO "volumes" VALUES(88,192,NULL);
INSERT INTO "volumes" VALUES(89,194,NULL);
INSERT INTO "volumes" VALUES(90,196,NULL);
INSERT INTO "volumes" VALUES(91,198,NULL);
INSERT INTO "volumes" VALUES(92,200,NULL);
INSERT INTO "volumes" VALUES(93,202,NULL);
INSERT INTO "volumes" VALUES(94,204,NULL);
INSERT INTO "volumes" VALUES(95,206,NULL);
INSERT INTO "volumes" VALUES(96,208,NULL);
INSERT INTO "volumes" VALUES(97,210,NULL);
INSERT INTO "volumes" VALUES(98,212,NULL);
INSERT INTO "volumes" VALUES(99,214,NULL);
INSERT INTO "volumes" VALUES(100,216,NULL);
INSERT INTO "volumes" VALUES(101,218,NULL);
INSERT INTO "volumes" VALUES(102,220,NULL);
INSERT INTO "volumes" VALUES(103,222,NULL);
INSERT INTO "volumes" VALUES(104,224,NULL);
INSERT INTO "volumes" VALUES(105,226,NULL);
INSERT INTO "volumes" VALUES(106,228,NULL);
INSERT INTO "volumes" VALUES(107,230,NULL);
INSERT INTO "volumes" VALUES(108,232,NULL);
INSERT INTO "volumes" VALUES(109,234,NULL);
INSERT INTO "volumes" VALUES(110,236,NULL);
INSERT INTO "volumes" VALUES(111,238,NULL);
INSERT INTO "volumes" VALUES(112,241,NULL);
INSERT INTO "volumes" VALUES(113,244,NULL);
INSERT INTO "volumes" VALUES(114,247,NULL);
INSERT INTO "volumes" VALUES(115,250,NULL);
INSERT INTO "volumes" VALUES(116,252,NULL);
INSERT INTO "volumes" VALUES(117,254,NULL);
INSERT INTO "volumes" VALUES(118,256,NULL);
INSERT INTO "volumes" VALUES(119,258,NULL);
INSERT INTO "volumes" VALUES(120,260,NULL);
INSERT INTO "volumes" VALUES(121,262,NULL);
INSERT INTO "volumes" VALUES(122,264,NULL);
CREATE INDEX ix_actions_resource ON actions (resource_type, resource_id);
CREATE INDEX ix_actions_state ON actions (state);
CREATE INDEX ix_layers_parent_id ON layers (parent_id);
CREATE INDEX ix_images_droplet_id ON images (droplet_id);
CREATE INDEX ix_images_kind ON images (kind);
CREATE INDEX ix_images_layer_id ON images (layer_id);
CREATE INDEX ix_images_name ON images (name);
CREATE INDEX ix_locks_action_id ON locks (action_id);
CREATE INDEX ix_volumes_layer_id ON volumes (layer_id);
CREATE INDEX ix_volumes_retired_at ON volumes (retired_at);
CREATE INDEX ix_droplets_gone_at ON droplets (gone_at);
CREATE INDEX ix_droplets_name ON droplets (name);
CREATE INDEX ix_droplets_volume_id ON droplets (volume_id);
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('layers',264);
INSERT INTO "sqlite_sequence" VALUES('images',130);
INSERT INTO "sqlite_sequence" VALUES('actions',328);
INSERT INTO "sqlite_sequence" VALUES('events',2371);
INSERT INTO "sqlite_sequence" VALUES('volumes',122);
INSERT INTO "sqlite_sequence" VALUES('droplets',116);
COMMIT;
