import type { components, paths } from "@/api/schema";

/** The API's shapes, under their own names; schema.d.ts is generated from dewd's description of its API. */
type Schemas = components["schemas"];

/** openapi-fetch leaves out what can only be null. */
export type Droplet = Omit<Schemas["Droplet"], "kernel" | "next_backup_window">;
export type OwnDroplet = Schemas["OwnDroplet"];
export type Image = Schemas["Image"];
export type OwnSnapshot = Schemas["OwnSnapshot"];
export type OwnAction = Schemas["OwnAction"];
export type Size = Schemas["Size"];
export type Key = Schemas["Key"];
export type Token = Schemas["Token"];
export type NewToken = Schemas["NewToken"];
export type Port = Schemas["Port"];
export type KeptDisk = Schemas["KeptDisk"];
export type Export = Schemas["Export"];
export type BackupPlan = Schemas["BackupPlan"];
export type BackupPolicy = Schemas["BackupPolicy"];
export type BackupSchedule = Schemas["BackupSchedule"];
export type Session = Schemas["Session"];
export type ListedSession = Schemas["ListedSession"];
export type Finding = Schemas["Finding"];
export type Storage = Schemas["Storage"];
export type Taker = Schemas["Taker"];
export type Allowance = Schemas["AllowanceFacts"];
export type Store = Schemas["Store"];
export type Upload = Schemas["Upload"];
export type OwnImage = Schemas["OwnImage"];
export type HistoryNode = Schemas["HistoryNode"];
export type Costs = Schemas["Costs"];
export type CostItem = Schemas["CostItem"];
export type MetricsPoint = Schemas["MetricsPoint"];
export type Overview = Schemas["Overview"];

/** What can be asked of a Droplet in DigitalOcean's words. */
export type DropletWish =
  paths["/v2/droplets/{droplet_id}/actions"]["post"]["requestBody"]["content"]["application/json"];
