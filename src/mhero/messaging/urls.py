"""The conversation service's pages."""

from django.urls import URLPattern, path

from mhero.messaging import flow_urls, list_urls
from mhero.messaging.views import (
    broadcasts,
    channels,
    file,
    inbox,
    questions,
    settings,
)

urlpatterns: list[URLPattern] = [
    *list_urls.urlpatterns,
    path("messages/", broadcasts.sends, name="messages"),
    path("messages/<uuid:broadcast_id>/", broadcasts.broadcast, name="broadcast"),
    path("messages/<uuid:broadcast_id>/status", broadcasts.broadcast_status, name="broadcast_status"),
    path("messages/<uuid:broadcast_id>/stop", broadcasts.broadcast_stop, name="broadcast_stop"),
    path("messages/<uuid:broadcast_id>/approve", broadcasts.broadcast_approve, name="broadcast_approve"),
    path("messages/<uuid:broadcast_id>/people", broadcasts.broadcast_messages, name="broadcast_messages"),
    path("messages/<uuid:broadcast_id>/file", file.broadcast_file, name="broadcast_file"),
    path("messages/one/<uuid:message_id>/", broadcasts.message, name="message"),
    path("inbox/", inbox.inbox, name="inbox"),
    path("inbox/count", inbox.reply_count, name="reply_count"),
    path("inbox/<uuid:contact_id>/", inbox.conversation, name="conversation"),
    path("inbox/<uuid:contact_id>/handled", inbox.conversation_handled, name="conversation_handled"),
    path("inbox/<uuid:contact_id>/opt-out", inbox.opt_out_by_hand, name="opt_out"),
    path("flows/questions", questions.questions_new, name="questions_new"),
    path("flows/questions/look", questions.questions_look, name="questions_new_look"),
    path("flows/<uuid:flow_id>/questions", questions.questions_edit, name="questions_edit"),
    path("flows/<uuid:flow_id>/questions/look", questions.questions_look, name="questions_look"),
    path("people/<uuid:person_id>/messages", inbox.person_conversation, name="person_conversation"),
    path("operations/sms-channels/", channels.sms_channels, name="sms_channels"),
    path("operations/sms-channels/new", channels.sms_channel_new, name="sms_channel_new"),
    path("operations/sms-channels/<uuid:channel_id>/", channels.sms_channel, name="sms_channel"),
    path("operations/sms-channels/<uuid:channel_id>/log", channels.sms_channel_log, name="sms_channel_log"),
    path(
        "operations/sms-channels/<uuid:channel_id>/test", channels.sms_channel_test, name="sms_channel_test"
    ),
    path("settings/sending-rules/", settings.sending_rules, name="sending_rules"),
    path("settings/usage/", settings.usage, name="usage"),
    *flow_urls.urlpatterns,
]
