"""Pages of text become pages of parts: what was written is their first part, in the page and in all its versions."""

import wagtail.fields
from django.db import migrations

PARTS = [('text', 0), ('picture', 3), ('beside', 7), ('note', 9), ('steps', 13)]
BLOCKS = {0: ('wagtail.blocks.RichTextBlock', (), {'description': 'Paragraphs, headings, lists, links and documents', 'features': ['h2', 'h3', 'bold', 'italic', 'ol', 'ul', 'link', 'document-link', 'hr'], 'icon': 'pilcrow', 'label': 'Text', 'template': 'cms/parts/text.html'}), 1: ('wagtail.images.blocks.ImageBlock', [], {'label': 'Picture'}), 2: ('wagtail.blocks.CharBlock', (), {'label': 'Line below the picture', 'max_length': 120, 'required': False}), 3: ('wagtail.blocks.StructBlock', [[('picture', 1), ('caption', 2)]], {}), 4: ('wagtail.blocks.ChoiceBlock', [], {'choices': [('left', 'left'), ('right', 'right')], 'label': 'Where the picture stands'}), 5: ('wagtail.blocks.CharBlock', (), {'label': 'Title', 'max_length': 40, 'required': False}), 6: ('wagtail.blocks.RichTextBlock', (), {'features': ['bold', 'italic', 'ol', 'ul', 'link', 'document-link'], 'label': 'Text'}), 7: ('wagtail.blocks.StructBlock', [[('picture', 1), ('side', 4), ('title', 5), ('text', 6)]], {}), 8: ('wagtail.blocks.ChoiceBlock', [], {'choices': [('info', 'To know'), ('warn', 'To take care of')], 'label': 'Kind'}), 9: ('wagtail.blocks.StructBlock', [[('tone', 8), ('text', 6)]], {}), 10: ('wagtail.blocks.CharBlock', (), {'label': 'Title', 'max_length': 12}), 11: ('wagtail.blocks.CharBlock', (), {'label': 'What happens in this step', 'max_length': 60}), 12: ('wagtail.blocks.StructBlock', [[('title', 10), ('note', 11)]], {}), 13: ('wagtail.blocks.ListBlock', (12,), {'description': 'What to do one after the other, numbered', 'icon': 'order', 'label': 'Steps', 'max_num': 9, 'min_num': 2, 'template': 'cms/parts/steps.html'})}

# A version keeps a stream as the text of its JSON.
FIRST_PART = """json_build_array(json_build_object(
    'type', 'text', 'value', {text}, 'id', gen_random_uuid()))::text"""
PAGES = f"UPDATE cms_standardpage SET body = {FIRST_PART.format(text='body')}"
VERSIONS = f"""
UPDATE wagtailcore_revision AS version
   SET content = jsonb_set(version.content, '{{body}}', to_jsonb({FIRST_PART.format(text="version.content ->> 'body'")}))
  FROM django_content_type AS kind
 WHERE kind.id = version.content_type_id AND kind.app_label = 'cms' AND kind.model = 'standardpage'
"""
# The name of the tree's first page, which every editor sees above the home page, was Wagtail's English one.
ROOT = "UPDATE wagtailcore_page SET title = '全部页面', draft_title = '全部页面' WHERE depth = 1 AND title = 'Root'"


class Migration(migrations.Migration):
    dependencies = [
        ("cms", "0007_editors_hand_in"),
        ("wagtailcore", "0098_apitoken"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]
    operations = [
        migrations.AddField(
            model_name="homepage",
            name="about",
            field=wagtail.fields.StreamField(
                PARTS, blank=True, block_lookup=BLOCKS,
                help_text="Rooms, teachers, what one learns here: stands between classes and fees.",
                verbose_name="About the institution",
            ),
        ),
        migrations.RunSQL(PAGES),
        migrations.RunSQL(VERSIONS),
        migrations.RunSQL(ROOT),
        migrations.AlterField(
            model_name="standardpage",
            name="body",
            field=wagtail.fields.StreamField(PARTS, block_lookup=BLOCKS, verbose_name="Content"),
        ),
    ]
