import type { RoleScope } from "./roles/scope.ts";
import { byAws, type Change, isSameJson, type Step } from "./step.ts";

/** Images of a fortnight of daily deployments, and a way back well beyond the last one. */
const KEPT_IMAGES = 50;

/** The repository of the event service's image: a tag never changes what it names, and every push is scanned. */
export function imageRepository({ imageRepository: name }: RoleScope): Step {
  const lifecycle = JSON.stringify({
    rules: [
      {
        rulePriority: 1,
        description: `Keeps the last ${KEPT_IMAGES} images`,
        selection: { tagStatus: "any", countType: "imageCountMoreThan", countNumber: KEPT_IMAGES },
        action: { type: "expire" },
      },
    ],
  });
  const on = ["--repository-name", name];
  return {
    title: `image repository ${name}`,
    pending: async (world) => {
      const aws = world?.aws;
      const found = await aws?.find(
        ["RepositoryNotFoundException"],
        "ecr describe-repositories",
        "--repository-names",
        name,
      );
      const repository = found?.repositories[0];
      const commands: Change[] = [];
      if (repository === undefined) {
        commands.push(
          byAws(
            "ecr",
            "create-repository",
            ...on,
            "--image-tag-mutability",
            "IMMUTABLE",
            "--image-scanning-configuration",
            "scanOnPush=true",
          ),
        );
      } else {
        if (repository.imageTagMutability !== "IMMUTABLE") {
          commands.push(byAws("ecr", "put-image-tag-mutability", ...on, "--image-tag-mutability", "IMMUTABLE"));
        }
        if (repository.imageScanningConfiguration?.scanOnPush !== true) {
          commands.push(
            byAws(
              "ecr",
              "put-image-scanning-configuration",
              ...on,
              "--image-scanning-configuration",
              "scanOnPush=true",
            ),
          );
        }
      }
      const policy = await aws?.find(
        ["LifecyclePolicyNotFoundException", "RepositoryNotFoundException"],
        "ecr get-lifecycle-policy",
        ...on,
      );
      if (!isSameJson(JSON.parse(policy?.lifecyclePolicyText ?? "null"), JSON.parse(lifecycle))) {
        commands.push(byAws("ecr", "put-lifecycle-policy", ...on, "--lifecycle-policy-text", lifecycle));
      }
      return commands;
    },
  };
}
