from django.urls import path

from mhero.outreach.alerts.thresholds import views as thresholds
from mhero.outreach.alerts.views import file as alert_file
from mhero.outreach.alerts.views import preparing as alert_preparing
from mhero.outreach.alerts.views import running as alert_running
from mhero.outreach.assessments import setup as assessing
from mhero.outreach.assessments import views as assessments
from mhero.outreach.care.urls import urlpatterns as care
from mhero.outreach.mobile_alerts import views as mobile_alerts
from mhero.outreach.reaching import views as reaching
from mhero.outreach.referrals import views as referrals
from mhero.outreach.stock import views as stock
from mhero.outreach.validation import proposal_views as proposals
from mhero.outreach.validation import views as validation
from mhero.outreach.validation import worklist_views as worklist
from mhero.outreach.views import ask, audiences, check, lists, planned, what, who

urlpatterns = [
    path("send/", who.send, name="send"),
    path("send/start", who.send_start, name="send_start"),
    path("send/count", who.audience_count, name="audience_count"),
    path("send/<uuid:draft_id>/what", what.send_what, name="send_what"),
    path("send/<uuid:draft_id>/ask", ask.send_ask, name="send_ask"),
    path("send/<uuid:draft_id>/reach", reaching.send_reach, name="send_reach"),
    path("send/<uuid:draft_id>/segments", what.segment_count, name="segment_count"),
    path("send/<uuid:draft_id>/check", check.send_check, name="send_check"),
    path("send/<uuid:draft_id>/preview", check.preview, name="preview"),
    path("send/<uuid:draft_id>/example", check.send_example, name="send_example"),
    path("messages/planned/<uuid:schedule_id>/", planned.planned, name="planned"),
    path("messages/planned/<uuid:schedule_id>/stop", planned.planned_stop, name="planned_stop"),
    path("messages/asked/<uuid:request_id>/", mobile_alerts.asked, name="asked"),
    path("messages/asked/<uuid:request_id>/stop", mobile_alerts.asked_stop, name="asked_stop"),
    path("lists/from", lists.list_from, name="list_from"),
    path("audiences/", audiences.audiences, name="audiences"),
    path("audiences/new", audiences.audience_new, name="audience_new"),
    path("audiences/people", audiences.audience_people, name="audience_people"),
    path("audiences/<uuid:audience_id>/", audiences.audience, name="audience"),
    path("audiences/<uuid:audience_id>/archive", audiences.audience_archive, name="audience_archive"),
    path("reach/", reaching.reach, name="reach"),
    path("reach/rounds/<uuid:round_id>/", reaching.reach_round, name="reach_round"),
    path("reach/rounds/<uuid:round_id>/stop", reaching.reach_round_stop, name="reach_round_stop"),
    path("reach/rounds/<uuid:round_id>/approve", reaching.reach_round_approve, name="reach_round_approve"),
    path("stock/", stock.stock, name="stock"),
    path("stock/file.csv", stock.stock_file, name="stock_file"),
    path("stock/facilities/<uuid:place_id>/", stock.stock_facility, name="stock_facility"),
    path("stock/products/", stock.stock_products, name="stock_products"),
    path("stock/products/new", stock.stock_product_new, name="stock_product_new"),
    path("stock/products/<uuid:product_id>/", stock.stock_product, name="stock_product"),
    path(
        "stock/products/<uuid:product_id>/archive", stock.stock_product_archive, name="stock_product_archive"
    ),
    path("stock/rules/", stock.stock_rules, name="stock_rules"),
    path("referrals/", referrals.referrals, name="referrals"),
    path("referrals/list/", referrals.referrals_list, name="referrals_list"),
    path("referrals/file.csv", referrals.referrals_file, name="referrals_file"),
    path("referrals/rules/", referrals.referral_rules, name="referral_rules"),
    path("referrals/<uuid:referral_id>/", referrals.referral, name="referral"),
    path("referrals/<uuid:referral_id>/again", referrals.referral_again, name="referral_again"),
    path("referrals/<uuid:referral_id>/close", referrals.referral_close, name="referral_close"),
    path("referrals/<uuid:referral_id>/move", referrals.referral_move, name="referral_move"),
    path("alerts/", alert_running.alerts, name="alerts"),
    path("alerts/rules/", thresholds.thresholds, name="thresholds"),
    path("alerts/rules/new", thresholds.threshold_new, name="threshold_new"),
    path("alerts/rules/<uuid:threshold_id>/", thresholds.threshold, name="threshold"),
    path("alerts/rules/<uuid:threshold_id>/archive", thresholds.threshold_archive, name="threshold_archive"),
    path("alerts/who", alert_preparing.alert_who, name="alert_who"),
    path("alerts/count", alert_preparing.alert_count, name="alert_count"),
    path("alerts/start", alert_preparing.alert_start, name="alert_start"),
    path("alerts/<uuid:alert_id>/", alert_running.alert, name="alert"),
    path("alerts/<uuid:alert_id>/what", alert_preparing.alert_what, name="alert_what"),
    path("alerts/<uuid:alert_id>/check", alert_preparing.alert_check, name="alert_check"),
    path("alerts/<uuid:alert_id>/discard", alert_preparing.alert_discard, name="alert_discard"),
    path("alerts/<uuid:alert_id>/status", alert_running.alert_status, name="alert_status"),
    path("alerts/<uuid:alert_id>/people", alert_running.alert_people, name="alert_people"),
    path(
        "alerts/<uuid:alert_id>/people/<int:one_id>/confirm",
        alert_running.alert_confirm,
        name="alert_confirm",
    ),
    path("alerts/<uuid:alert_id>/people.csv", alert_file.alert_file, name="alert_file"),
    path("alerts/<uuid:alert_id>/second", alert_running.alert_second, name="alert_second"),
    path("alerts/<uuid:alert_id>/stop", alert_running.alert_stop, name="alert_stop"),
    *care,
    path("assessments/", assessments.assessments, name="assessments"),
    path("assessments/new", assessing.assessment_new, name="assessment_new"),
    path("assessments/<uuid:assessment_id>/", assessments.assessment, name="assessment"),
    path("assessments/<uuid:assessment_id>/file.csv", assessments.assessment_file, name="assessment_file"),
    path(
        "assessments/<uuid:assessment_id>/facilities/<uuid:place_id>/",
        assessments.assessment_facility,
        name="assessment_facility",
    ),
    path("assessments/<uuid:assessment_id>/what", assessing.assessment_what, name="assessment_what"),
    path("assessments/<uuid:assessment_id>/who", assessing.assessment_who, name="assessment_who"),
    path("assessments/<uuid:assessment_id>/when", assessing.assessment_when, name="assessment_when"),
    path("assessments/<uuid:assessment_id>/dhis2", assessing.assessment_dhis2, name="assessment_dhis2"),
    path("assessments/<uuid:assessment_id>/check", assessing.assessment_check, name="assessment_check"),
    path("assessments/<uuid:assessment_id>/stop", assessing.assessment_stop, name="assessment_stop"),
    path("validation/", validation.validation, name="validation"),
    path("validation/new", validation.validation_new, name="validation_new"),
    path("validation/rounds/<uuid:round_id>/", validation.validation_round, name="validation_round"),
    path("validation/rounds/<uuid:round_id>/change", validation.validation_change, name="validation_change"),
    path("validation/rounds/<uuid:round_id>/check", validation.validation_check, name="validation_check"),
    path("validation/proposals/", proposals.validation_proposals, name="validation_proposals"),
    path("validation/proposals/decide", proposals.validation_decide, name="validation_decide"),
    path(
        "validation/proposals/<uuid:proposal_id>/", proposals.validation_proposal, name="validation_proposal"
    ),
    path("validation/people/", worklist.validation_worklist, name="validation_worklist"),
    path("validation/people/file.csv", worklist.validation_worklist_file, name="validation_worklist_file"),
]
