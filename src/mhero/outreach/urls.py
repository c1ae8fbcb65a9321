from django.urls import path

from mhero.outreach.views import ask, audiences, check, planned, what, who

urlpatterns = [
    path("send/", who.send, name="send"),
    path("send/start", who.send_start, name="send_start"),
    path("send/count", who.audience_count, name="audience_count"),
    path("send/<uuid:draft_id>/what", what.send_what, name="send_what"),
    path("send/<uuid:draft_id>/ask", ask.send_ask, name="send_ask"),
    path("send/<uuid:draft_id>/segments", what.segment_count, name="segment_count"),
    path("send/<uuid:draft_id>/check", check.send_check, name="send_check"),
    path("send/<uuid:draft_id>/preview", check.preview, name="preview"),
    path("send/<uuid:draft_id>/example", check.send_example, name="send_example"),
    path("messages/planned/<uuid:schedule_id>/", planned.planned, name="planned"),
    path("messages/planned/<uuid:schedule_id>/stop", planned.planned_stop, name="planned_stop"),
    path("audiences/", audiences.audiences, name="audiences"),
    path("audiences/new", audiences.audience_new, name="audience_new"),
    path("audiences/people", audiences.audience_people, name="audience_people"),
    path("audiences/<uuid:audience_id>/", audiences.audience, name="audience"),
    path("audiences/<uuid:audience_id>/archive", audiences.audience_archive, name="audience_archive"),
]
