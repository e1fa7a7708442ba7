import { expect, test } from "@jest/globals";
import type { EnvironmentConfig } from "../../src/config/schema.ts";
import * as unit from "../../src/config/units.ts";
import { workloadOf } from "../../src/kubernetes/event-service-workload.ts";
import { planText } from "../support/plan-text.ts";
import { type Json, Plan } from "../synthesized-plan.ts";

const planWith = (settings: Partial<EnvironmentConfig["ingest"]>): Plan =>
  new Plan(planText("prod", { change: (config) => ({ ...config, ingest: { ...config.ingest, ...settings } }) }));

test("a spool is a volume of each pod that outlives it, and the service is told how much it may take", () => {
  const plan = planWith({ spool: { mode: "volume", size: unit.mebibytes(1_000), storageClass: "gp3-encrypted" } });
  expect(plan.each("kubernetes_deployment_v1")).toEqual([]);
  const { spec, lifecycle } = plan.json.resource.kubernetes_stateful_set_v1.ingest;
  expect(spec).toMatchObject({
    pod_management_policy: "Parallel",
    persistent_volume_claim_retention_policy: [{ when_deleted: "Retain", when_scaled: "Retain" }],
    volume_claim_template: [
      {
        metadata: { name: "spool" },
        spec: {
          access_modes: ["ReadWriteOnce"],
          storage_class_name: "gp3-encrypted",
          resources: { requests: { storage: "1000Mi" } },
        },
      },
    ],
  });
  expect(lifecycle.ignore_changes).toEqual(["spec[0].replicas"]);
  const [container] = spec.template.spec.container;
  expect(container.volume_mount).toEqual([{ name: "spool", mount_path: "/spool" }]);
  const valueOf = (name: string) => container.env.find((variable: Json) => variable.name === name)?.value;
  expect(valueOf("SPOOL_DIR")).toBe("/spool");
  expect(Number(valueOf("SPOOL_MAX_BYTES"))).toBe(943_718_400);
  // The file system is read-only but for the volume, which the user of the container may write to.
  expect(spec.template.spec.security_context.fs_group).toBe("10001");
  expect(plan.json.resource.kubernetes_horizontal_pod_autoscaler_v2.ingest_autoscaler.spec.scale_target_ref.kind).toBe(
    "StatefulSet",
  );
});

test("a rollback asks for the kind of object that there is", () => {
  expect(workloadOf({ spool: { mode: "none" } }).resource).toBe("deployment/ingest");
  const spool = { mode: "volume", size: unit.mebibytes(1_000), storageClass: "gp3" } as const;
  expect(workloadOf({ spool }).resource).toBe("statefulset/ingest");
});

test("a tracker's own path is published beside those of the protocols", () => {
  const { spec } = planWith({ trackerPaths: ["/com.acme"] }).json.resource.kubernetes_ingress_v1.ingest_ingress;
  const paths = spec.rule[0].http.path.map(({ path }: Json) => path);
  expect(paths.slice(-1)).toEqual(["/com.acme"]);
  expect(paths).toContain("/v1");
});
