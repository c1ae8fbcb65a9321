"""Lists, reminders, words that start questions, details of people, labels, and asking again."""

from django.urls import URLPattern, path

from mhero.messaging.views import campaigns, details, groups, labels, reasking, triggers

urlpatterns: list[URLPattern] = [
    path("messages/<uuid:broadcast_id>/ask-again", reasking.broadcast_reask, name="broadcast_reask"),
    path("lists/", groups.lists, name="lists"),
    path("lists/new", groups.list_new, name="list_new"),
    path("lists/found", groups.list_found, name="list_found"),
    path("lists/<uuid:group_id>/", groups.list_page, name="list"),
    path("lists/<uuid:group_id>/progress", groups.list_progress, name="list_progress"),
    path("lists/<uuid:group_id>/name", groups.list_rename, name="list_rename"),
    path("lists/<uuid:group_id>/archive", groups.list_archive, name="list_archive"),
    path("lists/<uuid:group_id>/people/<uuid:contact_id>", groups.list_member, name="list_member"),
    path("reminders/", campaigns.campaigns, name="reminders"),
    path("reminders/new", campaigns.campaign_new, name="reminders_new"),
    path("reminders/<uuid:campaign_id>/", campaigns.campaign, name="reminder"),
    path("reminders/<uuid:campaign_id>/name", campaigns.campaign_rename, name="reminder_rename"),
    path("reminders/<uuid:campaign_id>/archive", campaigns.campaign_archive, name="reminder_archive"),
    path("reminders/<uuid:campaign_id>/new", campaigns.point_new, name="reminder_point_new"),
    path("reminders/point/<uuid:point_id>/", campaigns.point, name="reminder_point"),
    path("reminders/point/<uuid:point_id>/archive", campaigns.point_archive, name="reminder_point_archive"),
    path("flows/words/", triggers.triggers, name="triggers"),
    path("flows/words/new", triggers.trigger_new, name="trigger_new"),
    path("flows/words/<uuid:trigger_id>/", triggers.trigger, name="trigger"),
    path("flows/words/<uuid:trigger_id>/archive", triggers.trigger_archive, name="trigger_archive"),
    path("settings/details/", details.fields, name="fields"),
    path("settings/details/<slug:key>/", details.field, name="field"),
    path("settings/details/<slug:key>/remove", details.field_remove, name="field_remove"),
    path("settings/shared-values/", details.shared_values, name="globals"),
    path("settings/shared-values/<slug:key>/", details.shared_value, name="global"),
    path("settings/shared-values/<slug:key>/remove", details.shared_value_remove, name="global_remove"),
    path("inbox/labels/", labels.labels, name="labels"),
    path("inbox/labels/<uuid:label_id>/", labels.label, name="label"),
    path("inbox/labels/<uuid:label_id>/remove", labels.label_remove, name="label_remove"),
    path("messages/one/<uuid:message_id>/labels", labels.message_labels, name="message_labels"),
]
