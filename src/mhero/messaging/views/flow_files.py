"""Flows from a file, looked through before they come in, and flows as a file."""

import json
from datetime import timedelta
from uuid import UUID

from django.contrib import messages as news
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from mhero.accounts.access import SignedInRequest, requires
from mhero.accounts.services import record_audit
from mhero.messaging.errors import NotAnExport
from mhero.messaging.flow_files import export_flows, import_flows, plan_import
from mhero.messaging.forms_of_flows import FlowFileForm
from mhero.messaging.models import Flow
from mhero.messaging.models.flows import FlowFile
from mhero.platform.clock import now


@requires("flows.edit")
@require_http_methods(["GET", "HEAD", "POST"])
def flow_import(request: SignedInRequest) -> HttpResponse:
    form = FlowFileForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        upload = form.cleaned_data["file"]
        content = upload.read()
        try:
            plan_import(content)
        except NotAnExport as error:
            form.add_error("file", str(error))
        else:
            FlowFile.objects.filter(uploaded_at__lt=now() - timedelta(days=1)).delete()
            kept = FlowFile.objects.create(name=upload.name, content=content, uploaded_by_id=request.user.id)
            return redirect("flow_import_check", file_id=kept.id)
    return render(request, "messaging/flow_import.html", {"form": form})


@requires("flows.edit")
@require_http_methods(["GET", "HEAD", "POST"])
def flow_import_check(request: SignedInRequest, file_id: UUID) -> HttpResponse:
    """What would come in, and, when somebody says so, its coming in."""
    kept = get_object_or_404(FlowFile, id=file_id, uploaded_by_id=request.user.id)
    content = bytes(kept.content)
    if request.method == "POST":
        flows = import_flows(content, request.user, publish=request.POST.get("publish") == "yes")
        kept.delete()
        count = ngettext("%(number)s flow is here now.", "%(number)s flows are here now.", len(flows))
        news.success(request, count % {"number": len(flows)})
        return redirect("flow", flow_id=flows[0].id) if len(flows) == 1 else redirect("flows")
    plan = plan_import(content)
    lists = [
        (_("What is known about people"), plan.fields),
        (_("Lists of people"), plan.groups),
        (_("Labels"), plan.labels),
        (_("Values for all flows"), plan.globals),
        (_("What starts the flows"), plan.triggers),
        (_("Reminders"), plan.campaigns),
    ]
    return render(
        request,
        "messaging/flow_import_check.html",
        {"file": kept, "plan": plan, "lists": [(name, items) for name, items in lists if items]},
    )


@requires("flows.view")
@require_safe
def flow_file(request: SignedInRequest, flow_id: UUID) -> HttpResponse:
    """The flow and all that it needs, as RapidPro reads it."""
    flow = get_object_or_404(Flow, id=flow_id)
    record_audit("flow.exported", f"flow {flow.id}", request=request)
    return _file(export_flows([flow.id]), slugify(flow.name) or "flow")


@requires("flows.view")
@require_safe
def flows_file(request: SignedInRequest) -> HttpResponse:
    """All flows that are not archived."""
    flows = list(Flow.objects.filter(is_archived=False).values_list("id", flat=True))
    record_audit("flow.exported", "all flows", request=request, flows=len(flows))
    return _file(export_flows(flows), "flows")


def _file(content: object, name: str) -> HttpResponse:
    response = HttpResponse(
        json.dumps(content, ensure_ascii=False, indent=1), content_type="application/json"
    )
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.json"'
    return response
