"""Azure DevOps' service hooks: basic authentication, so that the secret is `username:password`.

Confirmed by Microsoft's documentation of the web hooks consumer: it signs nothing.
"""

from pipelines.webhooks import proofs, reading
from pipelines.webhooks.contract import Webhook

OTHERS = """
    elasticagentpool.resize git.repo.created git.repo.deleted git.repo.forked git.repo.renamed git.repo.statuschanged
    message.posted ms.vss-pipelinechecks-events.approval-completed ms.vss-pipelinechecks-events.approval-pending
    tfvc.checkin
"""

WEBHOOK = Webhook(
    proof=proofs.configured("azure_devops", proofs.basic),
    event=lambda delivery, body: reading.name(body.get("eventType")),
    table=reading.tables(
        {
            "git.push": "pushes",
            "git.pullrequest": "pull_requests",
            "ms.vss-code.git-pullrequest-comment-event": "pull_request_comments",
            "build.complete": "builds",
            "ms.vss-pipelines.run-state-changed-event": "runs",
            "ms.vss-pipelines.stage-state-changed-event": "stages",
            "ms.vss-pipelines.job-state-changed-event": "jobs",
            "ms.vss-release.release-abandoned-event": "releases",
            "ms.vss-release.release-created-event": "releases",
            "ms.vss-release.deployment-approval-completed-event": "deployments",
            "ms.vss-release.deployment-approval-pending-event": "deployments",
            "ms.vss-release.deployment-completed-event": "deployments",
            "ms.vss-release.deployment-started-event": "deployments",
            "workitem": "work_items",
        },
        OTHERS,
    ),
    # the body's own `id` is the event's, which two subscriptions tell in two bodies
    delivery_id=reading.body_id("subscriptionId", "notificationId"),
)
